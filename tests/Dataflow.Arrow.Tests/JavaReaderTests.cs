using System.Globalization;

namespace Dataflow.Arrow.Tests;

/// <summary>Arrow's own Java library reads what the sink wrote.</summary>
public sealed class JavaReaderTests : IDisposable
{
    private const int Count = 1_000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Reads_the_same_schema_and_rows_of_a_file_that_a_crash_interrupted()
    {
        using (var writer = WriteWithCrash(Sink.Arrow<Delay>(_folder["delays.arrow"]))) writer.Finish();

        AssertRows(Tools.Java("file", _folder["delays.arrow"]), """{"dataflow.plan":"","dataflow.pipeline":""}""");
    }

    [Fact]
    public void Reads_the_partial_file_as_a_stream()
    {
        WriteWithCrash(Sink.Arrow<Delay>(_folder["delays.arrow"])).Dispose();

        AssertRows(Tools.Java("stream", _folder["delays.arrow.partial"]), "{}");
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRows(string[] lines, string metadata)
    {
        Assert.Equal(
            $$$"""
            {"schema":["Airport: Utf8","From: Timestamp(MILLISECOND, UTC) not null","Mean: FloatingPoint(DOUBLE)","Vector: List<item: FloatingPoint(SINGLE) not null>","IsBusy: Bool not null"],"metadata":{{{metadata}}}}
            """, lines[0]);
        Assert.Equal(Enumerable.Range(0, Count).Select(Expected), lines[1..^1]);
        Assert.Equal($$"""{"rows":{{Count}},"batches":2}""", lines[^1]);
    }

    private static SinkWriter<Delay> WriteWithCrash(Sink<Delay> sink)
    {
        var context = new SinkContext(null!, 0);
        ReadOnlyMemory<byte> state;
        using (var writer = sink.Open(default, context))
        {
            for (var i = 0; i < Count / 2; i++) writer.Write(new Record<Delay>(Row(i), 0, default));
            state = writer.Prepare(new CheckpointOutput());
            writer.Write(new Record<Delay>(Row(-1), 0, default));
            writer.Prepare(new CheckpointOutput());
        }

        var again = sink.Open(state, context);
        for (var i = Count / 2; i < Count; i++) again.Write(new Record<Delay>(Row(i), 0, default));
        again.Prepare(new CheckpointOutput());
        return again;
    }

    private static Delay Row(int i) => new(
        i % 3 == 0 ? null : $"Zürich {i}", DateTime.UnixEpoch.AddMilliseconds(i), i % 4 == 0 ? null : i + 0.5, [i, 0.25f], i % 2 == 0);

    private static string Expected(int i)
    {
        var airport = i % 3 == 0 ? "null" : $"\"Zürich {i}\"";
        var mean = i % 4 == 0 ? "null" : (i + 0.5).ToString(CultureInfo.InvariantCulture);
        var isBusy = i % 2 == 0 ? "true" : "false";
        return $$"""{"Airport":{{airport}},"From":{{i}},"Mean":{{mean}},"Vector":[{{i}}.0,0.25],"IsBusy":{{isBusy}}}""";
    }

    public sealed record Delay(string? Airport, DateTime From, double? Mean, float[] Vector, bool IsBusy);
}
