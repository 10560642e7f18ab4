using System.Runtime.CompilerServices;

namespace Dataflow.Runtime;

/// <summary>Holds a few records back in front of a step with much state, so that the memory of their keys is on its way to the processor
/// when the step gets them.</summary>
/// <remarks>Only while the task reads its inputs, which ends with <see cref="Flush"/>: what steps emit otherwise, at the end of a batch or
/// when a call has answered, may be the last before a checkpoint.</remarks>
internal sealed class Lookahead<T>(Operator<T> step, IPrefetches<T> prefetches, OperatorContext context) : Operator<T>, ILookahead
{
    private const int Max = 16;

    private readonly Record<T>[] _records = new Record<T>[Max];
    private int _count;

    public override void Process(in Record<T> record)
    {
        if (!context.Task.IsReading || (!IsWorthwhile(in record) && _count == 0))
        {
            step.Process(in record);
            return;
        }

        _records[_count++] = record;
        if (_count == Max) Flush();
    }

    public override void Advance(long watermark)
    {
        Flush();
        step.Advance(watermark);
    }

    public override void Idle(Idleness idleness)
    {
        Flush();
        step.Idle(idleness);
    }

    public void Flush()
    {
        var at = 0;
        try
        {
            for (; at < _count; at++) step.Process(in _records[at]);
        }
        catch (Exception error) when (context.Task.IsFailure(error))
        {
            throw context.Fail(error, _records[at].Origin);
        }

        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Array.Clear(_records, 0, _count);
        _count = 0;
    }

    private bool IsWorthwhile(in Record<T> record)
    {
        try
        {
            return prefetches.Prefetch(in record);
        }
        catch (Exception error) when (context.Task.IsFailure(error))
        {
            throw context.Fail(error, record.Origin);
        }
    }
}

/// <summary>A lookahead at records of any type.</summary>
internal interface ILookahead
{
    /// <summary>Gives the step the records that are held back.</summary>
    void Flush();
}
