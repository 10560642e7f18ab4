using CsCheck;
using Dataflow.Joins;
using Dataflow.State;
using Dataflow.Tests.State;

namespace Dataflow.Tests.Joins;

/// <summary>Kept records against a list: what is found of them, and what their changes replay to at each checkpoint.</summary>
public class KeptRecordsTests
{
    private const long SliceMs = 10;

    [Fact]
    public void Agrees_with_a_list_and_so_does_what_each_checkpoint_holds()
        => Operations(Gen.Frequency((1, Gen.Const(long.MaxValue)), (4, Gen.Long[0, 60]))).Sample(
            operations =>
            {
                using var run = new Run<string>(number => $"record {number}");
                foreach (var operation in operations) run.Do(operation);
                run.CheckRestored();
            },
            iter: 100);

    [Fact]
    public void Agrees_where_values_are_plain_memory_and_are_kept_for_ever()
        => Operations(Gen.Const(long.MaxValue)).Sample(
            operations =>
            {
                using var run = new Run<long>(number => number);
                foreach (var operation in operations) run.Do(operation);
                run.CheckRestored();
            },
            iter: 50);

    [Fact]
    public void A_record_is_written_once_and_once_more_when_it_has_its_first_partner()
    {
        using var run = new Run<string>(number => $"record {number}");
        run.Do(new(Kind.Add, "a", 5, long.MaxValue, 1));
        run.Do(new(Kind.Add, "a", 5, long.MaxValue, 1));
        Assert.Equal(2, run.Checkpoint());
        Assert.Equal(0, run.Checkpoint());
        run.Do(new(Kind.Find, "a", 5, 5, 0));
        run.Do(new(Kind.Find, "a", 5, 5, 0));
        Assert.Equal(2, run.Checkpoint());
        Assert.Equal(0, run.Checkpoint());
    }

    [Fact]
    public void What_checkpoints_hold_of_a_record_stays_as_it_is()
    {
        using var run = new Run<string>(number => $"x{number}");
        run.Do(new(Kind.Add, "ab", 1, 2, Number: 1));
        run.Do(new(Kind.Add, "ab", 3, long.MaxValue, Number: 0));
        run.Checkpoint();

        Assert.Equal(
            [
                (0, "0000000000000000" + "6162", "0100000000000000" + "0200000000000000" + "0700000000000100" + "00" + "A27830"),
                (long.MaxValue, "0000000000000001" + "6162",
                    "0300000000000000" + "FFFFFFFFFFFFFF7F" + "0700000000000100" + "01" + "A27831"),
            ],
            run.Held());
    }

    [Fact]
    public void A_value_is_not_made_again_for_each_of_many_partners()
    {
        var kept = new KeptRecords<string, string>("kept", new Changes(), SliceMs);
        kept.Prepare("a", "value");
        kept.Add("a", time: 1, end: 5, default);

        Assert.Equal("value", OnlyPartner(kept));
        Assert.Same(OnlyPartner(kept), OnlyPartner(kept));
        kept.DropBefore(100, 0, static (_, _, _) => { });
        kept.Prepare("a", "other");
        kept.Add("a", time: 1, end: 5, default);
        Assert.Equal("other", OnlyPartner(kept));
    }

    private static string OnlyPartner(KeptRecords<string, string> kept)
    {
        var partners = kept.Find("a", 0, 100, 0);
        Assert.True(partners.MoveNext());
        var value = partners.Value;
        Assert.False(partners.MoveNext());
        return value;
    }

    private static Gen<Operation[]> Operations(Gen<long> spans)
        => Gen.Select(
            Gen.Frequency(
                (20, Gen.Const(Kind.Add)), (8, Gen.Const(Kind.Find)), (3, Gen.Const(Kind.Drop)), (2, Gen.Const(Kind.Flip)),
                (4, Gen.Const(Kind.Write)), (1, Gen.Const(Kind.Restart))),
            Gen.Int[0, 8], Gen.Long[-20, 100], spans, Gen.Int[0, 10],
            (kind, key, time, span, number) => new Operation(kind, $"key {key}", time, JoinBounds.Add(time, span), number)).Array[0, 300];

    private enum Kind
    {
        Add,
        Find,
        Drop,
        Flip,
        Write,
        Restart,
    }

    private sealed record Operation(Kind Kind, string Key, long Time, long End, int Number);

    private sealed record Kept<T>(string Key, long Time, long End, T Value, bool IsMatched);

    /// <summary>The kept records, the list that they must equal, and a log that their changes go to.</summary>
    private sealed class Run<T> : IDisposable
    {
        private readonly Func<int, T> _value;
        private readonly StateLog _log = new();
        private Changes _changes = new();
        private KeptRecords<string, T> _records;
        private List<Kept<T>> _model = [];
        private List<Kept<T>>? _atFlip;
        private List<Kept<T>> _durable = [];
        private int _number;
        private long _watermark = long.MinValue;

        public Run(Func<int, T> value)
        {
            _value = value;
            _records = new("kept", _changes, SliceMs);
        }

        public void Dispose() => _log.Dispose();

        public void Do(Operation operation)
        {
            switch (operation.Kind)
            {
                case Kind.Add when operation.End >= _watermark:
                    var record = new Kept<T>(operation.Key, operation.Time, operation.End, _value(_number++), operation.Number == 0);
                    _model.Add(record);
                    _records.Prepare(record.Key, record.Value);
                    _records.Add(record.Key, record.Time, record.End, new RecordOrigin(0, 7), record.IsMatched);
                    break;
                case Kind.Find:
                    Find(operation.Key, operation.Time, operation.End);
                    break;
                case Kind.Drop when operation.Time > _watermark:
                    Drop(operation.Time);
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

        /// <returns>How many records the checkpoint wrote.</returns>
        public int Checkpoint()
        {
            Flip();
            return Write(int.MaxValue);
        }

        /// <summary>What the last checkpoint holds: slice, key and value.</summary>
        public List<(long Slice, string Key, string Value)> Held()
        {
            var held = new List<(long, string, string)>();
            _log.ForEach((_, slice, key, bytes) => held.Add((slice, Convert.ToHexString(key.Span), Convert.ToHexString(bytes.Span))));
            return held;
        }

        public void CheckRestored()
        {
            Checkpoint();
            Restart();
            Drop(long.MaxValue);
            Assert.Empty(_model);
        }

        private void Find(string key, long time, long end)
        {
            var found = new List<T>();
            for (var partners = _records.Find(key, time, end, long.MaxValue); partners.MoveNext(); partners.MarkMatched()) found.Add(
                partners.Value);
            var expected = _model.Where(kept => kept.Key == key && kept.End >= time && kept.Time <= end).ToList();
            Assert.Equal(expected.OrderBy(kept => StartOf(kept.End)).Select(kept => kept.Value), found);
            foreach (var kept in expected) _model[_model.IndexOf(kept)] = kept with { IsMatched = true };
        }

        private void Drop(long watermark)
        {
            _watermark = watermark;
            var seen = new List<Kept<T>>();
            _records.DropBefore(watermark, seen, static (to, record, last) =>
            {
                Assert.Equal(LastOf(record.Limits.End), last);
                to.Add(Of(record));
            });
            Assert.Equal(_model.Where(IsPassed).OrderBy(kept => StartOf(kept.End)), seen);
            _model.RemoveAll(IsPassed);

            bool IsPassed(Kept<T> kept) => LastOf(kept.End) < watermark;
        }

        /// <summary>As a task does: no new checkpoint before the last one's state is written.</summary>
        private void Flip()
        {
            Write(int.MaxValue);
            ((IState)_records).Flip();
            _changes.Flip();
            _atFlip = [.. _model];
        }

        private int Write(int budget)
        {
            if (_atFlip is null || !((IState)_records).WriteFrozen(ref budget)) return 0;
            _durable = _atFlip;
            _atFlip = null;
            return _log.Commit(_changes);
        }

        /// <summary>Carries on from the last checkpoint; in the order of coming within a key, shards after each other.</summary>
        private void Restart()
        {
            _changes = new Changes();
            _records = new("kept", _changes, SliceMs);
            _log.ForEach((_, ns, key, bytes) => ((IState)_records).RestorePut(ns, key, bytes));
            _model = [.. _durable.OrderBy(kept => Shards.Of(KeyCodec<string>.Default.Hash(kept.Key)))];
            _atFlip = null;
        }

        private static long StartOf(long end) => end == long.MaxValue ? end : end - (((end % SliceMs) + SliceMs) % SliceMs);

        private static long LastOf(long end) => end == long.MaxValue ? end - 1 : StartOf(end) + SliceMs - 1;

        private static Kept<T> Of(KeptRecord<string, T> record)
            => new(record.Key, record.Limits.Time, record.Limits.End, record.Value, record.Links.IsMatched);
    }
}
