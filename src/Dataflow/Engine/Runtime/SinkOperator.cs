namespace Dataflow.Runtime;

/// <summary>Drives a sink's writer through the phases of each checkpoint.</summary>
internal sealed class SinkOperator<T>(Sink<T> sink) : Operator<T>
{
    private static readonly CounterDefinition s_uncommitted = new(
        "dataflow.sink.uncommitted", "{result}", "Results that are not visible yet.")
    {
        IsGauge = true, Role = CounterRole.WaitsForCheckpoint,
    };

    private SinkWriter<T> _writer = null!;
    private string _stateKey = "";
    private bool _isPart; // others may take the work over: the part ends with this writer
    private long _captured;
    private long _committed;

    public override bool IsOneToOne => true;

    public override long PendingBytes => Call("count its bytes", static self => self._writer.PendingBytes);

    public override void Process(in Record<T> record)
    {
        try
        {
            _writer.Write(in record);
        }
        catch (SerdeException error)
        {
            Reject(error, in record); // only the value failed: nothing of it was written
            return;
        }
        catch (Exception error) when (Context.Task.IsFailure(error))
        {
            throw OperatorException.FailedTo(
                Context.Name, "write", error, Context.SplitName(record.Origin), OperatorContext.Position(record.Origin));
        }

        Emitted++;
    }

    public override void Advance(long watermark)
    {
    }

    public override void Close()
    {
        if (_writer is null) return;
        try
        {
            if (_isPart && Context.Task.Job.Coordinator.HasStopped && _committed == Emitted) Finish();
        }
        finally
        {
            Do("close", static self => self._writer.Dispose());
        }
    }

    public override void Capture(StepCheckpoint checkpoint)
    {
        var state = Call("prepare a checkpoint", self => self._writer.Prepare(checkpoint.Output)).Span;
        if (_isPart) checkpoint.SavePart(_stateKey, state);
        else checkpoint.Save(_stateKey, state);
        _captured = Emitted;
    }

    public override void Committed()
    {
        Do("commit a checkpoint", static self => self._writer.Commit());
        _committed = _captured;
    }

    public override void Finish() => Do("finish", static self => self._writer.Finish());

    protected override void Declare(StepDeclaration declare) => declare.Gauge(s_uncommitted, () => Emitted - _committed);

    protected override void Open()
    {
        var job = Context.Task.Job;
        _isPart = job.Member.MayMove && sink is IWritesParts;
        _stateKey = $"sink/{(_isPart ? 0 : Context.Worker)}"; // the process that finishes a part may have fewer workers
        var context = new SinkContext(job.Log, Context.Worker)
        {
            Pipeline = job.Plan.Pipeline,
            PlanHash = job.Plan.HashOf(job.Plan.Nodes.First(node => node.Id == Context.NodeId)),
            Time = job.Time,
            Stopping = job.Stopping,
            Splits = job.Splits.Places,
            Term = job.Member.Term,
            ShutOut = job.Member.ShutOut,
        };
        if (_isPart) OpenPart((IWritesParts)sink, context);
        else _writer = Call("open", self => sink.Open(Context.Saved(self._stateKey), context));
    }

    /// <summary>Begins a part, once the parts of writers that have ended are finished: the next checkpoint does not have these any
    /// more.</summary>
    private void OpenPart(IWritesParts parts, SinkContext context)
    {
        foreach (var ended in Context.SavedParts(_stateKey))
            Do("finish a part", _ => parts.FinishPart(ended, context));
        context = context with { Part = $"part-{Guid.CreateVersion7(context.Time.GetUtcNow()):n}" };
        _writer = Call("open", _ => sink.Open(default, context));
    }

    private void Do(string what, Action<SinkOperator<T>> call) => Call(what, self =>
    {
        call(self);
        return true;
    });

    /// <summary>Calls code of the sink: the sink is named in its errors, and while the code does not return.</summary>
    private TResult Call<TResult>(string what, Func<SinkOperator<T>, TResult> call)
    {
        Context.Task.Calling = Context.Name;
        try
        {
            return call(this);
        }
        catch (Exception error) when (Context.Task.IsFailure(error))
        {
            throw OperatorException.FailedTo(Context.Name, what, error);
        }
        finally
        {
            Context.Task.Calling = null;
        }
    }
}
