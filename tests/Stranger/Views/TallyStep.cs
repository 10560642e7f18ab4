using Dataflow;

namespace Stranger.Views;

/// <summary>How often each key came, to be read from outside by whoever has the job, and from inside by a step behind.</summary>
public sealed class Tally<TKey>
    where TKey : notnull
{
    internal Node? Step { get; set; }

    /// <summary>How often a key has come so far in a job.</summary>
    /// <exception cref="InvalidOperationException">The job has no such tally.</exception>
    public Task<long> GetAsync(Job job, TKey key)
        => job.ReadAsync(Step!, key, (ITallies<TKey> tally, OperatorContext _) => tally.Get(key));

    /// <summary>How often each key that has come so far has come, and the last checkpoint of each worker.</summary>
    public async Task<(IReadOnlyDictionary<TKey, long> Counts, long Checkpoint)> GetAllAsync(Job job)
    {
        var workers = await job.ReadAllAsync(
            Step!, static (ITallies<TKey> tally, OperatorContext context) => (Counts: tally.ToList(), context.Checkpoint));
        return (workers.SelectMany(static worker => worker.Counts).ToDictionary(), workers.Min(static worker => worker.Checkpoint));
    }
}

/// <summary>A running step that counts keys.</summary>
internal interface ITallies<TKey>
{
    /// <summary>From steps of the same task, and from readers between two batches.</summary>
    long Get(TKey key);

    IReadOnlyList<KeyValuePair<TKey, long>> ToList();
}

/// <summary>How many records each worker has taken in, in all steps that count.</summary>
internal sealed class Load
{
    public long Records { get; set; }
}

internal static class TallyStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Counts the records of each key, and hands them on.</summary>
        public KeyedStream<TKey, T> Count(Tally<TKey> tally, string name = "tally")
            => stream.Add(input =>
            {
                var node = new TallyNode<TKey, T>(name, input);
                tally.Step = node;
                return node;
            });

        /// <summary>Once a batch is over, how often each of its keys has come, and how many records its worker has counted.</summary>
        public KeyedStream<TKey, (long Count, long Load)> Changed(Tally<TKey> tally, string name = "changed")
            => stream.Add(input => new ChangedNode<TKey, T>(name, input, tally.Step!));
    }
}

internal sealed record TallyNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input) : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override bool IsEnd => true;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new TallyOperator<TKey, T>();
}

internal sealed class TallyOperator<TKey, T> : Operator<Keyed<TKey, T>, Keyed<TKey, T>>, ITallies<TKey>
    where TKey : notnull
{
    private KeyedState<TKey, long> _counts = null!;
    private Load _load = null!;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        _counts.Update(record.Value.Key, out _)++;
        _load.Records++;
        Emit(in record);
    }

    public long Get(TKey key) => _counts.Find(key);

    public IReadOnlyList<KeyValuePair<TKey, long>> ToList()
    {
        var list = new List<KeyValuePair<TKey, long>>();
        _counts.ForEach((key, count) => list.Add(new(key, count)));
        return list;
    }

    protected override void Declare(StepDeclaration declare) => _counts = declare.State<TKey, long>("counts");

    protected override void Open() => _load = Context.SharedOnWorker(static () => new Load());
}

internal sealed record ChangedNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, Node Tally)
    : Node<Keyed<TKey, T>, Keyed<TKey, (long Count, long Load)>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, (long Count, long Load)>> CreateOperator() => new ChangedOperator<TKey, T>(Tally);
}

internal sealed class ChangedOperator<TKey, T>(Node tally) : Operator<Keyed<TKey, T>, Keyed<TKey, (long Count, long Load)>>
    where TKey : notnull
{
    private readonly HashSet<TKey> _keys = [];
    private ITallies<TKey> _tally = null!;
    private Load _load = null!;

    public override void Process(in Record<Keyed<TKey, T>> record) => _keys.Add(record.Value.Key);

    public override void EndOfBatch()
    {
        foreach (var key in _keys) Emit(new(new(key, (_tally.Get(key), _load.Records)), 0, default));
        _keys.Clear();
    }

    public override void Advance(long watermark)
    {
        EndOfBatch(); // what came before the watermark goes out before it
        base.Advance(watermark);
    }

    protected override void Open()
    {
        _tally = Context.StepOf<ITallies<TKey>>(tally) ?? throw new InvalidOperationException("The tally is in another task.");
        _load = Context.SharedOnWorker(static () => new Load());
    }
}
