using Dataflow.Onnx.Inference;

namespace Dataflow.Onnx;

/// <summary>Computes the scores of records, several at once.</summary>
internal sealed class ScoreOperator<T, TOut>(
    ScoredModel model, Func<T, float>[] features, Func<T, ReadOnlySpan<float>, TOut> result) : Operator<T, TOut>
{
    private const int MaxRows = 1024;

    private readonly Record<T>[] _records = new Record<T>[model.TakesOneRow ? 1 : MaxRows];
    private float[] _rows = [];
    private float[] _scores = [];
    private int _count;
    private Counter _calls = null!; // set by Declare

    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        try
        {
            for (var column = 0; column < features.Length; column++)
                _rows[(_count * features.Length) + column] = features[column](record.Value);
        }
        catch (Exception error)
        {
            Flush(); // earlier records are emitted first
            Reject(error, in record);
            return;
        }

        _records[_count++] = record.Keep();
        if (_count == _records.Length) Flush();
    }

    public override void Advance(long watermark)
    {
        Flush();
        base.Advance(watermark);
    }

    public override void Idle(Idleness idleness)
    {
        Flush();
        base.Idle(idleness);
    }

    public override void EndOfBatch() => Flush();

    protected override void Declare(StepDeclaration declare) => _calls = declare.Counter(CounterDefinition.Calls);

    protected override void Open()
    {
        _rows = new float[_records.Length * features.Length];
        _scores = new float[_records.Length * model.Width];
    }

    private void Flush()
    {
        Score(0, _count);
        Array.Clear(_records, 0, _count);
        _count = 0;
    }

    private void Score(int first, int count)
    {
        if (count == 0) return;
        try
        {
            _calls.Add();
            model.Run(_rows.AsMemory(first * features.Length, count * features.Length), count, _scores);
        }
        catch (ModelException error)
        {
            if (count == 1)
            {
                Reject(error, in _records[first]);
                return;
            }

            Score(first, count / 2);
            Score(first + (count / 2), count - (count / 2));
            return;
        }

        for (var row = 0; row < count; row++) HandOn(in _records[first + row], _scores.AsSpan(row * model.Width, model.Width));
    }

    private void HandOn(in Record<T> record, ReadOnlySpan<float> scores)
    {
        TOut value;
        try
        {
            value = result(record.Value, scores);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(value));
    }
}
