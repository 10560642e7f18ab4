using CsCheck;

namespace Dataflow.Tests.Connectors;

/// <summary>What every sink that survives crashes promises. Derived classes say how to create one and how to read it.</summary>
public abstract class SinkContract : IDisposable
{
    protected static readonly SinkContext Context = new(null!, 0) { Pipeline = "export", PlanHash = "p1", Splits = [new("rows", 3)] };

    protected TemporaryFolder Folder { get; } = new();

    /// <summary>A new sink, or after a crash the same one again.</summary>
    protected abstract Sink<Row> Create();

    /// <summary>What the finished sink holds.</summary>
    protected abstract IReadOnlyList<Row> Result();

    /// <summary>Removes what earlier runs left.</summary>
    protected abstract void Clear();

    [Fact]
    public void Holds_exactly_what_committed_checkpoints_cover_whatever_crashes_come_between()
        => Gen.Enum<Step>().List[0, 30].Sample(steps =>
        {
            Clear();
            var model = new Model(Create);
            foreach (var step in steps) model.Do(step);
            Assert.Equal(model.Finish(), Result());
        }, iter: 100, threads: 1);

    [Fact]
    public void Stays_finished_when_it_is_finished_again_after_a_crash()
    {
        var model = new Model(Create);
        model.Do(Step.Write);
        var expected = model.Finish();
        model.Do(Step.Crash);
        Assert.Equal(expected, model.Finish());
        Assert.Equal(expected, Result());
    }

    public virtual void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public enum Step
    {
        Write,
        WriteMany,
        Prepare,
        Commit,
        Crash,
        CrashBeforeCommitIsTold,
    }

    public sealed record Row(int Id, string? Text, double? Value);

    /// <summary>A job with one sink: what it wrote, and what its checkpoints say.</summary>
    private sealed class Model(Func<Sink<Row>> create)
    {
        private readonly List<Row> _rows = [];
        private SinkWriter<Row> _writer = create().Open(default, Context);
        private (ReadOnlyMemory<byte> State, int Rows) _committed;
        private (ReadOnlyMemory<byte> State, int Rows)? _prepared;

        public void Do(Step step)
        {
            if (step == Step.Write) Write(1);
            if (step == Step.WriteMany) Write(3_000);
            if (step == Step.Prepare && _prepared is null) _prepared = (_writer.Prepare(new CheckpointOutput()), _rows.Count);
            if (step == Step.Commit) Commit();
            if (step == Step.CrashBeforeCommitIsTold) _committed = _prepared ?? _committed;
            if (step is Step.Crash or Step.CrashBeforeCommitIsTold) Crash();
        }

        public List<Row> Finish()
        {
            Commit();
            Do(Step.Prepare);
            Commit();
            _writer.Finish();
            _writer.Dispose();
            return _rows;
        }

        private void Write(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var row = new Row(_rows.Count, _rows.Count % 3 == 0 ? null : $"row {_rows.Count}", _rows.Count % 5 == 0 ? null : 0.5);
                _rows.Add(row);
                _writer.Write(new Record<Row>(row, 0, new RecordOrigin(0, row.Id)));
            }
        }

        private void Commit()
        {
            if (_prepared is not { } prepared) return;
            _committed = prepared;
            _prepared = null;
            _writer.Commit();
        }

        private void Crash()
        {
            _writer.Dispose();
            _prepared = null;
            _rows.RemoveRange(_committed.Rows, _rows.Count - _committed.Rows);
            _writer = create().Open(_committed.State, Context);
        }
    }
}
