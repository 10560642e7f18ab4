using Dataflow;

namespace Stranger.Expiry;

internal static class GapStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>The time since the record before of the same key; a key that was quiet for longer than <paramref name="life"/> is
        /// forgotten, and begins anew.</summary>
        public KeyedStream<TKey, long?> Gap(TimeSpan life, string name = "gap")
            => stream.Add(input => new GapNode<TKey, T>(name, input, (long)life.TotalMilliseconds));
    }
}

internal sealed record GapNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, long LifeMs)
    : Node<Keyed<TKey, T>, Keyed<TKey, long?>>(Name, Input)
    where TKey : notnull
{
    public override Operator<Keyed<TKey, T>, Keyed<TKey, long?>> CreateOperator() => new GapOperator<TKey, T>(LifeMs);
}

internal sealed class GapOperator<TKey, T>(long lifeMs) : Operator<Keyed<TKey, T>, Keyed<TKey, long?>>
    where TKey : notnull
{
    private readonly Sweeper _sweeper = new(lifeMs);
    private KeyedState<TKey, long> _last = null!;
    private long _watermark = long.MinValue;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        ref var last = ref _last.Update(record.Value.Key, out var exists);
        long? gap = exists && record.Timestamp - last <= lifeMs ? record.Timestamp - last : null;
        last = record.Timestamp;
        if (!exists) _sweeper.Added();
        Emit(record.With(new Keyed<TKey, long?>(record.Value.Key, gap)));
    }

    public override void Advance(long watermark)
    {
        _watermark = watermark;
        base.Advance(watermark);
    }

    public override bool Poll()
        => _sweeper.Step(_last, _watermark, this, static (self, _, ref readonly last) => last + self.LifeMs < self._sweeper.RoundFor);

    protected override void Declare(StepDeclaration declare) => _last = declare.State<TKey, long>("last");

    private long LifeMs => lifeMs;
}
