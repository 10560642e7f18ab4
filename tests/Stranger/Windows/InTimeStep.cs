using Dataflow;

namespace Stranger.Windows;

internal static class InTimeStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Takes out the records whose windows have all ended.</summary>
        public KeyedStream<TKey, T> InTime(AlignedWindows windows, string name = "in-time")
            => stream.Add(input => new InTimeNode<TKey, T>(name, input, windows));
    }
}

internal sealed record InTimeNode<TKey, T>(string Name, Node<Keyed<TKey, T>> Input, AlignedWindows Windows)
    : Node<Keyed<TKey, T>, Keyed<TKey, T>>(Name, Input)
    where TKey : notnull
{
    public override bool LetsPartsPass => true;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, T>> CreateOperator() => new InTimeOperator<TKey, T>(Windows);
}

internal sealed class InTimeOperator<TKey, T>(AlignedWindows windows) : Operator<Keyed<TKey, T>, Keyed<TKey, T>>
    where TKey : notnull
{
    private Counter _late = null!;
    private long _watermark;

    public override bool IsOneToOne => true;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        if (record.Timestamp >= windows.OpenFrom(_watermark)) Emit(in record);
        else _late.Add();
    }

    public override void Advance(long watermark)
    {
        _watermark = watermark;
        base.Advance(watermark);
    }

    public override void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(_watermark);

    protected override void Declare(StepDeclaration declare) => _late = declare.Counter(CounterDefinition.Late);

    protected override void Open() => _watermark = Context.SavedWatermark();
}
