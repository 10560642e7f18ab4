using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Texts;

/// <summary>Texts are slices of a reader's memory, which is used again: results are those of strings, whatever a step keeps.</summary>
public class SliceTests
{
    private const int Count = 2_000;

    public static TheoryData<string, int> Steps { get; } =
        [.. from name in VisitSteps<VisitOfTexts, Utf8>.All.Keys from workers in (int[])[1, 3] select (name, workers)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Results_are_those_of_strings(string step, int workers)
    {
        var expected = Run<VisitOfStrings, string>(step, workers: 1);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, Run<VisitOfTexts, Utf8>(step, workers));
        Assert.Equal(expected, Run<VisitObject, Utf8>(step, workers));
    }

    [Theory]
    [InlineData("window")]
    [InlineData("kept texts")]
    [InlineData("all")]
    [InlineData("sessions")]
    [InlineData("deduplicate")]
    public void State_that_strings_have_left_goes_on_with_texts_and_the_reverse(string step)
    {
        var expected = Run<VisitOfStrings, string>(step, workers: 2);

        Assert.Equal(expected, Run<VisitOfStrings, string, VisitOfTexts, Utf8>(step, workers: 2));
        Assert.Equal(expected, Run<VisitOfTexts, Utf8, VisitOfStrings, string>(step, workers: 2));
    }

    [Fact]
    public void Records_that_are_read_again_have_their_texts()
    {
        using var log = SimulatedJob.OpenLog();
        Visits.Fill(log, Count);
        var visits = Topic.Of<VisitOfTexts>(Visits.Topic).StopAtEnd();
        var failing = new Pipeline("failing") { OnError = ErrorPolicy.DeadLetter() };
        failing.From(visits).Select(visit => visit.Millis % 100 == 0 ? throw new InvalidOperationException() : $"{visit.Page}")
            .To(Topic.Of<string>("seen"));
        SimulatedJob.Start(failing, log).Run();

        var again = new Pipeline("again");
        again.From(Source.Replay(visits, "failing")).Select(visit => $"{visit.Page} {visit.Millis}").To(Topic.Of<string>("again"));
        SimulatedJob.Start(again, log).Run();

        Assert.Equal(
            Topic.Of<VisitOfStrings>(Visits.Topic).ReadAll(log).Where(static visit => visit.Millis % 100 == 0)
                .Select(static visit => $"{visit.Page} {visit.Millis}").Order(StringComparer.Ordinal),
            log.Sorted<string>("again"));
    }

    [Fact]
    public void A_text_that_cannot_be_a_key_is_an_error_of_its_record()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("visits", [new VisitOfTexts("a", "", 1, 0), new VisitOfTexts(new Utf8([0xFF, 0x41]), "", 2, 0), new("b", "", 3, 0)]);
        var pipeline = new Pipeline("keys") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<VisitOfTexts>("visits").StopAtEnd()).KeyBy(visit => visit.Page).Deduplicate().Values()
            .Select(visit => $"{visit.Page}").To(Topic.Of<string>("pages"));

        var job = SimulatedJob.Start(pipeline, log);
        job.Run();

        Assert.Equal(["a", "b"], log.Sorted<string>("pages"));
        Assert.Equal(1, job.Status.DeadLetters);
    }

    /// <summary>Runs a step that is stopped in between and carried on from its checkpoint.</summary>
    private static IReadOnlyList<string> Run<TVisit, TText>(string step, int workers)
        where TVisit : IVisit<TText>
        where TText : notnull, IComparable<TText>
        => Run<TVisit, TText, TVisit, TText>(step, workers);

    /// <summary>The same, carried on with another type of the events.</summary>
    private static IReadOnlyList<string> Run<TFirst, TFirstText, TThen, TThenText>(string step, int workers)
        where TFirst : IVisit<TFirstText>
        where TFirstText : notnull, IComparable<TFirstText>
        where TThen : IVisit<TThenText>
        where TThenText : notnull, IComparable<TThenText>
    {
        using var log = SimulatedJob.OpenLog();
        Visits.Fill(log, Count);
        var stopped = Start<TFirst, TFirstText>(step, log, workers);
        for (var turns = 0; turns < 20; turns++) stopped.Step();
        stopped.Begin();
        while (stopped.Status.Checkpoints.Count == 0) stopped.Step();
        for (var turns = 0; turns < 5; turns++) stopped.Step(); // done again after the restart
        stopped.Close();
        Start<TThen, TThenText>(step, log, workers).Run();
        return log.Sorted<string>("results");
    }

    private static SimulatedJob Start<TVisit, TText>(string step, LogStore log, int workers)
        where TVisit : IVisit<TText>
        where TText : notnull, IComparable<TText>
    {
        var pipeline = new Pipeline("visits-seen");
        var visits = pipeline.From(Topic.Of<TVisit>(Visits.Topic).StopAtEnd())
            .WithEventTime(static visit => visit.Time, TimeSpan.FromSeconds(60));
        VisitSteps<TVisit, TText>.All[step](visits).To(Topic.Of<string>("results"));
        return SimulatedJob.Start(pipeline, log, workers, seed: workers);
    }
}
