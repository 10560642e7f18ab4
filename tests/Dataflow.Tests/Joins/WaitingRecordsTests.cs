using CsCheck;
using Dataflow.Joins;
using Dataflow.State;
using Dataflow.Tests.State;

namespace Dataflow.Tests.Joins;

/// <summary>Waiting records against a list: in which order they are taken, and what their changes replay to at each checkpoint.</summary>
public class WaitingRecordsTests
{
    private const long SliceMs = 10;

    private static readonly Gen<Operation[]> s_operations = Gen.Select(
        Gen.Frequency(
            (20, Gen.Const(Kind.Add)), (3, Gen.Const(Kind.Take)), (2, Gen.Const(Kind.Flip)), (4, Gen.Const(Kind.Write)),
            (1, Gen.Const(Kind.Restart))),
        Gen.Int[0, 8], Gen.Long[-20, 200], Gen.Int[0, 10],
        (kind, key, time, number) => new Operation(kind, key, time, number)).Array[0, 300];

    [Fact]
    public void Agrees_with_a_list_and_so_does_what_each_checkpoint_holds()
        => s_operations.Sample(
            operations =>
            {
                using var run = new Run();
                foreach (var operation in operations) run.Do(operation);
                run.Checkpoint();
                run.Restart();
                run.Take(long.MaxValue);
            },
            iter: 200);

    [Fact]
    public void Agrees_with_a_list_also_where_records_are_taken_one_by_one()
        => s_operations.Sample(
            operations =>
            {
                using var run = new Run { TakesOneByOne = true };
                foreach (var operation in operations) run.Do(operation);
                run.Checkpoint();
                run.Restart();
                run.Take(long.MaxValue);
            },
            iter: 200);

    [Fact]
    public void A_record_is_written_once_and_none_that_was_taken_before()
    {
        using var run = new Run();
        run.Do(new(Kind.Add, 1, 5, 0));
        run.Do(new(Kind.Add, 2, 5, 0));
        Assert.Equal(2, run.Checkpoint());
        run.Do(new(Kind.Add, 1, 6, 0));
        Assert.Equal(1, run.Checkpoint());
        Assert.Equal(0, run.Checkpoint());
        run.Restart();
        Assert.Equal(0, run.Checkpoint());
        run.Do(new(Kind.Add, 1, 15, 0));
        run.Take(20);
        Assert.Equal(2, run.Checkpoint()); // that the slice is gone from two shards
    }

    private enum Kind
    {
        Add,
        Take,
        Flip,
        Write,
        Restart,
    }

    private sealed record Operation(Kind Kind, int Key, long Time, int Number);

    /// <summary>The waiting records, the list that they must equal, and a log that their changes go to.</summary>
    private sealed class Run : IDisposable
    {
        private readonly StateLog _log = new();
        private Changes _changes = new();
        private WaitingRecords<int, int> _records;
        private List<(int Key, long Time, int Value)> _model = [];
        private List<(int Key, long Time, int Value)>? _atFlip;
        private List<(int Key, long Time, int Value)> _durable = [];
        private int _number;
        private long _watermark = long.MinValue;

        private IState State => _records;

        public bool TakesOneByOne { get; init; }

        public Run() => _records = new("waiting", _changes, SliceMs);

        public void Dispose() => _log.Dispose();

        public void Do(Operation operation)
        {
            switch (operation.Kind)
            {
                case Kind.Add when operation.Time >= _watermark:
                    _model.Add((operation.Key, operation.Time, _number));
                    _records.Add(new(new(operation.Key, _number++), operation.Time, default));
                    break;
                case Kind.Take when operation.Time > _watermark:
                    Take(operation.Time);
                    break;
                case Kind.Flip:
                    Flip();
                    break;
                case Kind.Write:
                    Write(operation.Number);
                    break;
                case Kind.Restart:
                    Restart();
                    break;
            }

            Assert.Equal(_model.Count, _records.Entries);
        }

        /// <returns>How many changes the checkpoint wrote.</returns>
        public int Checkpoint()
        {
            Flip();
            return Write(int.MaxValue);
        }

        public void Take(long watermark)
        {
            if (TakesOneByOne)
            {
                TakeOneByOne(watermark);
                return;
            }

            _watermark = watermark - (((watermark % SliceMs) + SliceMs) % SliceMs);
            var expected = _model.Where(record => record.Time < _watermark).OrderBy(record => record.Time).ThenBy(record => record.Value);
            Assert.Equal(expected, _records.TakeBefore(watermark).ToArray().Select(record => (record.Key, record.Time, record.Value)));
            _model.RemoveAll(record => record.Time < _watermark);
        }

        private void TakeOneByOne(long watermark)
        {
            _watermark = watermark;
            foreach (var expected in _model.Where(record => record.Time < watermark).OrderBy(record => record.Time)
                .ThenBy(record => record.Value).ToList())
            {
                Assert.True(_records.TryPeek(out var time));
                Assert.Equal(expected.Time, time);
                _records.Take(out var record);
                Assert.Equal(expected, (record.Key, record.Time, record.Value));
                _model.Remove(expected);
                Assert.Equal(_model.Count, _records.Entries);
            }

            Assert.False(_records.TryPeek(out var next) && next < watermark);
        }

        /// <summary>Carries on from the last checkpoint.</summary>
        public void Restart()
        {
            _changes = new Changes();
            _records = new("waiting", _changes, SliceMs);
            _log.ForEach((_, ns, key, bytes) => State.RestorePut(ns, key, bytes));
            _model = [.. _durable];
            _atFlip = null;
        }

        /// <summary>As a task does: no new checkpoint before the last one's state is written.</summary>
        private void Flip()
        {
            Write(int.MaxValue);
            State.Flip();
            _changes.Flip();
            _atFlip = [.. _model];
        }

        private int Write(int budget)
        {
            if (_atFlip is null || !State.WriteFrozen(ref budget)) return 0;
            _durable = _atFlip;
            _atFlip = null;
            return _log.Commit(_changes);
        }
    }
}
