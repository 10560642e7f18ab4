namespace Dataflow.Runtime;

/// <summary>A batch of records that are processed one by one during the task's turns.</summary>
internal sealed class RecordsAtHand<T>(Operator<T> head, Turn turn, Func<Exception, RecordOrigin, Exception> fail)
{
    private Record<T>[] _records = [];
    private int _count;

    /// <summary>The number of records processed.</summary>
    public int Handled { get; private set; }

    /// <summary>The number of records ever passed to the first step, including the current one.</summary>
    public long Given { get; private set; }

    public bool IsEmpty => Handled == _count;

    public void Take(Record<T>[] records, int count, int handled = 0) => (_records, _count, Handled) = (records, count, handled);

    /// <summary>The offset of the last record processed, if offsets grow; null if they do not, or none is known.</summary>
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

    /// <summary>Processes the rest of the batch, or as much of it as the turn allows.</summary>
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
