using Dataflow.Log;
using Dataflow.Operations;
using Dataflow.Testing;
using MessagePack;

namespace Dataflow.Tests.Connectors;

/// <summary>The forms that are kept with a topic, in words.</summary>
public sealed class TopicFormTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public enum State : byte
    {
        Open,
        Late = 7,
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_form_tells_each_member_in_words()
    {
        await using (await _log.OpenWriterAsync<Place, Trip>(
            Topic.Of<Trip>("orders"), cancellationToken: TestContext.Current.CancellationToken))
        {
        }

        var (keys, values) = TopicForm.Of(_log, "orders");

        Assert.Equal(("Place, by names", "Row: a whole number of 32 bits, Room: text"), (keys!.Type, TextOf(keys)));
        Assert.Equal("Trip, by names", values!.Type);
        Assert.Equal(
            "State: State, a whole number of 8 bits without a sign: Late 7, Open 0, By: one of the types of Vehicle, "
                + "By (Bus): Bus, by names, number 0, By (Bus).Line: a whole number of 32 bits, By (Car): Car, by names, number 1, "
                + "By (Car).Doors: a whole number of 32 bits or null, Legs: a list of Leg, by places, "
                + "Legs.Km: a floating number of 64 bits, number 0, Before: Trip, by names",
            TextOf(values));
        Assert.Contains("\"kind\":\"union\"", values.Schema, StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_without_a_form_has_none()
    {
        _log.Append("orders", [1]);

        Assert.Equal((null, null), TopicForm.Of(_log, "orders"));
        Assert.Throws<LogException>(() => TopicForm.Of(_log, "none"));
    }

    private static string TextOf(TopicForm form)
        => string.Join(", ", form.Members.Select(static member => $"{member.Name}: {member.Type}"));

    [Union(0, typeof(Bus))]
    [Union(1, typeof(Car))]
    public abstract record Vehicle;

    public sealed record Bus(int Line) : Vehicle;

    public sealed record Car(int? Doors) : Vehicle;

    public sealed record Leg([property: Key(0)] double Km);

    public sealed record Place(int Row, string Room);

    public sealed record Trip(State State, Vehicle By, List<Leg> Legs, Trip? Before);
}
