using Dataflow.Arrow.Flight;
using Dataflow.Testing;

namespace Dataflow.Arrow.Tests.Docs;

/// <summary>The programs of the READMEs.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly Topic<TrainingRow> s_rows = Topic.Of<TrainingRow>("training-rows");

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Rows_of_a_Parquet_file_go_to_a_topic_and_from_there_to_files_and_trainers()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var log = SimulatedJob.OpenLog();
        var flights = Path.Combine(AppContext.BaseDirectory, "flights.parquet");

        SimulatedJob.Start(Import(flights), log).Run();
        SimulatedJob.Start(Export(_folder["late.arrow"], _folder["set"], _folder["all.parquet"]), log).Run();

        await using var server = await TrainingServer.StartAsync(
            log,
            [ServedSet.Of(s_rows, "delays"), ServedSet.OfFiles(_folder["set"])],
            new TrainingServerOptions { Port = 0 },
            cancellationToken);

        Assert.True(File.Exists(_folder["late.arrow"]));
        Assert.True(File.Exists(_folder["all.parquet"]));
        Assert.True(File.Exists(Path.Combine(_folder["set"], "manifest.json")));
    }

    public void Dispose() => _folder.Dispose();

    private static Pipeline Import(string flights)
    {
        var pipeline = new Pipeline("import");
        pipeline.From(Source.Parquet<TrainingRow>(flights)).To(s_rows);
        return pipeline;
    }

    private static Pipeline Export(string file, string folder, string parquet)
    {
        var pipeline = new Pipeline("export");
        var rows = pipeline.From(s_rows.StopAtEnd());
        rows.Where(flight => flight.Delay > 60).To(Sink.Arrow<TrainingRow>(file));
        rows.To(Sink.TrainingSet<TrainingRow>(folder, new TrainingSetOptions { RowsPerFile = 100_000 }));
        rows.To(Sink.Parquet<TrainingRow>(parquet));
        return pipeline;
    }

    public sealed record TrainingRow(DateTime Date, int Delay, int Distance, string Origin, string Destination);
}
