using System.Buffers;
using Dataflow.State;

namespace Dataflow;

/// <summary>Keeps the previous accumulator until the user's code has returned: a copy or, where it is changed in place, its
/// bytes.</summary>
internal sealed class BackupIntake<T, TAccumulator, TResult>(Aggregation<T, TAccumulator, TResult> aggregation)
    : Intake<T, TAccumulator>
{
    private readonly bool _copies = !aggregation.ChangesInPlace;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private TAccumulator _before = default!;

    public override void Add(ref TAccumulator accumulator, in T value, bool retracts = false)
    {
        Keep(ref accumulator);
        try
        {
            if (retracts) aggregation.Retract(ref accumulator, in value);
            else aggregation.Add(ref accumulator, in value);
        }
        catch
        {
            Undo(ref accumulator);
            throw;
        }
    }

    public override void Commit(ref TAccumulator accumulator)
    {
    }

    public override void Undo(ref TAccumulator accumulator)
        => accumulator = _copies ? _before : StateCodec<TAccumulator>.Read(_bytes.WrittenSpan.ToArray());

    private void Keep(ref TAccumulator accumulator)
    {
        if (_copies)
        {
            _before = accumulator;
            return;
        }

        _bytes.ResetWrittenCount();
        StateCodec<TAccumulator>.Write(ref accumulator, _bytes);
    }
}

/// <summary>Has an aggregate prepare its change before it makes it.</summary>
internal sealed class PreparedIntake<T, TAccumulator, TChange, TResult>(InPlaceAggregation<T, TAccumulator, TChange, TResult> aggregation)
    : Intake<T, TAccumulator>
{
    private TChange _change = default!;

    public override void Add(ref TAccumulator accumulator, in T value, bool retracts = false)
        => _change = retracts ? aggregation.PrepareRetract(in accumulator, in value) : aggregation.Prepare(in accumulator, in value);

    public override void Commit(ref TAccumulator accumulator) => aggregation.Apply(ref accumulator, in _change);

    public override void Undo(ref TAccumulator accumulator)
    {
    }
}

/// <summary>Adds a value to the accumulators of two aggregates, or to neither.</summary>
internal sealed class CombinedIntake<T, TA1, TA2>(Intake<T, TA1> first, Intake<T, TA2> second) : Intake<T, (TA1, TA2)>
{
    public override void Add(ref (TA1, TA2) accumulator, in T value, bool retracts = false)
    {
        first.Add(ref accumulator.Item1, in value, retracts);
        try
        {
            second.Add(ref accumulator.Item2, in value, retracts);
        }
        catch
        {
            first.Undo(ref accumulator.Item1);
            throw;
        }
    }

    public override void Commit(ref (TA1, TA2) accumulator)
    {
        first.Commit(ref accumulator.Item1);
        second.Commit(ref accumulator.Item2);
    }

    public override void Undo(ref (TA1, TA2) accumulator)
    {
        first.Undo(ref accumulator.Item1);
        second.Undo(ref accumulator.Item2);
    }
}
