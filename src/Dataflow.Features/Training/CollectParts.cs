namespace Dataflow.Features;

/// <summary>Merges the rows of a label's views, each of which has its own part of the values, into one row.</summary>
internal sealed record CollectPartsNode<TLabel>(string Name, Node<Keyed<(int Split, long Offset), FeatureRow<TLabel>>> Input, int Parts)
    : Node<Keyed<(int Split, long Offset), FeatureRow<TLabel>>, Keyed<(int Split, long Offset), FeatureRow<TLabel>>>(Name, Input)
{
    public override string Detail => $"{Parts} views";

    public override string StateSignature => $"collect {Parts} parts";

    public static Stream<FeatureRow<TLabel>> Add(Stream<FeatureRow<TLabel>> rows, string service, int parts)
        => rows.KeyBy(static row => (row.Origin.Split, row.Origin.Offset), $"{service}-by-label")
            .Add(input => new CollectPartsNode<TLabel>($"{service}-collect", input, parts)).Values();

    public override Operator<Keyed<(int Split, long Offset), FeatureRow<TLabel>>, Keyed<(int Split, long Offset), FeatureRow<TLabel>>>
        CreateOperator()
        => new CollectPartsOperator<TLabel>(Parts);
}

internal sealed class CollectPartsOperator<TLabel>(int parts)
    : Operator<Keyed<(int Split, long Offset), FeatureRow<TLabel>>, Keyed<(int Split, long Offset), FeatureRow<TLabel>>>
{
    private KeyedState<(int Split, long Offset), (int Parts, FeatureRow<TLabel> Row)> _rows = null!;

    public override void Process(in Record<Keyed<(int Split, long Offset), FeatureRow<TLabel>>> record)
    {
        var key = record.Value.Key;
        ref var collected = ref _rows.Update(key, out var exists);
        collected.Row = exists ? Together(record.Value.Value, collected.Row.Values!) : record.Value.Value;
        if (++collected.Parts < parts) return;
        var row = collected.Row;
        _rows.Remove(key);
        Emit(record.With(new Keyed<(int Split, long Offset), FeatureRow<TLabel>>(key, row)));
    }

    protected override void Declare(StepDeclaration declare)
        => _rows = declare.State<(int Split, long Offset), (int Parts, FeatureRow<TLabel> Row)>("rows");

    private static FeatureRow<TLabel> Together(in FeatureRow<TLabel> row, FeatureValue[] others)
    {
        for (var i = 0; i < others.Length; i++)
        {
            if (row.Values![i] == default) row.Values[i] = others[i];
        }

        return row;
    }
}
