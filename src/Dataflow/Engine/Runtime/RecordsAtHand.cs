namespace Dataflow.Runtime;

/// <summary>Records that were taken in at once, and are handled one by one for as long as the task's turn is.</summary>
internal sealed class RecordsAtHand<T>(Operator<T> head, Turn turn, Func<Exception, RecordOrigin, Exception> fail)
{
    private Record<T>[] _records = [];
    private int _count;

    /// <summary>How many of them are handled.</summary>
    public int Handled { get; private set; }

    /// <summary>All that were ever given to the first step, the one at hand included.</summary>
    public long Given { get; private set; }

    public bool IsEmpty => Handled == _count;

    public void Take(Record<T>[] records, int count, int handled = 0) => (_records, _count, Handled) = (records, count, handled);

    /// <summary>The offset of the last one handled, where they grow; null where they do not, or none is known.</summary>
    public long? LastOffset
    {
        get
        {
            for (var i = 0; i < Handled; i++)
            {
                if (_records[i].Origin.Offset >= _records[i + 1].Origin.Offset) return null;
            }

            return _records[Handled - 1].Origin.Offset;
        }
    }

    /// <summary>Handles what is left, or as much of it as the turn is long.</summary>
    public void Handle()
    {
        try
        {
            while (Handled < _count)
            {
                Given++;
                head.Process(in _records[Handled]);
                Handled++;
                if (turn.IsOver()) return;
            }
        }
        catch (Exception error) when (OperatorException.IsBare(error) && !turn.IsGivenUp(error))
        {
            throw fail(error, _records[Handled].Origin);
        }
    }
}
