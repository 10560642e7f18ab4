using Dataflow.Log;
using Dataflow.Planning;
using Dataflow.Runtime;

namespace Dataflow.Tests.Sharing;

/// <summary>Errors of sources where several processes have to find the same.</summary>
public sealed class SharedSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Each_of_several_missing_files_names_the_process()
    {
        var error = Assert.Throws<PlanException>(() => Describe("host/1", Lines("one.jsonl"), Lines("two.jsonl")));

        Assert.Contains("Process host/1: File '" + _folder["one.jsonl"], error.Message, StringComparison.Ordinal);
        Assert.Contains("Process host/1: File '" + _folder["two.jsonl"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_may_pass_is_left_as_it_is_so_that_the_job_restarts()
    {
        var away = new ConnectorException("The server is away.") { IsTransient = true };

        Assert.Same(away, Assert.Throws<ConnectorException>(() => Describe("host/1", new FailingSource(away))));
    }

    [Fact]
    public void Where_there_are_no_others_no_process_is_named()
        => Assert.StartsWith("File '", Assert.Throws<ConnectorException>(() => Describe(null, Lines("one.jsonl"))).Message,
            StringComparison.Ordinal);

    private Source<string> Lines(string file) => Source.JsonLines<string>(_folder[file]);

    private void Describe(string? process, params Source<string>[] sources)
    {
        var pipeline = new Pipeline("sources");
        foreach (var source in sources) pipeline.From(source).To(Topic.Of<string>($"out-of-{source.Name}"));
        SplitTable.Describe(Plan.Of(pipeline), new SourceContext(_log, TimeProvider.System), process);
    }

    private sealed class FailingSource(ConnectorException error) : Source<string>
    {
        public override string Name => "failing";

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => throw error;

        public override SourceReader<string> Open(SourceSplit split, long position, SourceContext context) => throw error;
    }
}
