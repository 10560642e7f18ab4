using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Joins;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

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
                run.CheckCheckpoint();
            },
            iter: 100);

    [Fact]
    public void Agrees_where_values_are_plain_memory_and_are_kept_for_ever()
        => Operations(Gen.Const(long.MaxValue)).Sample(
            operations =>
            {
                using var run = new Run<long>(number => number);
                foreach (var operation in operations) run.Do(operation);
                run.CheckCheckpoint();
            },
            iter: 50);

    [Fact]
    public void A_record_is_written_once_and_once_more_when_it_has_its_first_partner()
    {
        using var run = new Run<string>(number => $"record {number}");
        run.Do(new(Kind.Add, "a", 5, long.MaxValue, 1));
        run.Do(new(Kind.Add, "a", 5, long.MaxValue, 1));
        Assert.Equal(2, run.CheckCheckpoint());
        Assert.Equal(0, run.CheckCheckpoint());
        run.Do(new(Kind.Find, "a", 5, 5, 0));
        run.Do(new(Kind.Find, "a", 5, 5, 0));
        Assert.Equal(2, run.CheckCheckpoint());
        Assert.Equal(0, run.CheckCheckpoint());
    }

    [Fact]
    public void A_value_is_not_made_again_for_each_of_many_partners()
    {
        var kept = new KeptRecords<string, string>("kept", new Changes(), SliceMs);
        kept.Add("a", new KeptLimits { Time = 1, End = 5 }, "value");

        Assert.Equal("value", OnlyPartner(kept));
        Assert.Same(OnlyPartner(kept), OnlyPartner(kept));
        kept.DropBefore(100, 0, static (_, _, _) => { });
        kept.Add("a", new KeptLimits { Time = 1, End = 5 }, "other");
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
                (4, Gen.Const(Kind.Write))),
            Gen.Int[0, 8], Gen.Long[-20, 100], spans, Gen.Int[0, 10],
            (kind, key, time, span, number) => new Operation(kind, $"key {key}", time, JoinBounds.Add(time, span), number)).Array[0, 300];

    private enum Kind
    {
        Add,
        Find,
        Drop,
        Flip,
        Write,
    }

    private sealed record Operation(Kind Kind, string Key, long Time, long End, int Number);

    private sealed record Kept<T>(string Key, long Time, long End, T Value, bool IsMatched);

    /// <summary>The kept records, the list that they must equal, and a log that their changes go to.</summary>
    private sealed class Run<T>(Func<int, T> value) : IDisposable
    {
        private readonly LogStore _log = SimulatedJob.OpenLog();
        private readonly Changes _changes = new();
        private readonly List<Kept<T>> _model = [];
        private CheckpointTopics? _topics;
        private KeptRecords<string, T>? _kept;
        private List<Kept<T>>? _atFlip;
        private int _number;
        private long _watermark = long.MinValue;

        private KeptRecords<string, T> Records => _kept ??= new("kept", _changes, SliceMs);

        public void Dispose() => _log.Dispose();

        public void Do(Operation operation)
        {
            switch (operation.Kind)
            {
                case Kind.Add when operation.End >= _watermark:
                    var record = new Kept<T>(operation.Key, operation.Time, operation.End, value(_number++), operation.Number == 0);
                    _model.Add(record);
                    Records.Add(record.Key, new KeptLimits { Time = record.Time, End = record.End, IsMatched = record.IsMatched }, record.Value);
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
            }

            Assert.Equal(_model.Count, Records.Entries);
        }

        /// <returns>How many records the checkpoint wrote.</returns>
        public int CheckCheckpoint()
        {
            Flip();
            return Write(int.MaxValue);
        }

        private void Find(string key, long time, long end)
        {
            var found = new List<T>();
            for (var partners = Records.Find(key, time, end, long.MaxValue); partners.MoveNext(); partners.MarkMatched()) found.Add(partners.Value);
            var expected = _model.Where(kept => kept.Key == key && kept.End >= time && kept.Time <= end).ToList();
            Assert.Equal(expected.OrderBy(kept => StartOf(kept.End)).Select(kept => kept.Value), found);
            foreach (var kept in expected) _model[_model.IndexOf(kept)] = kept with { IsMatched = true };
        }

        private void Drop(long watermark)
        {
            _watermark = watermark;
            var seen = new List<Kept<T>>();
            Records.DropBefore(watermark, seen, static (to, record, last) =>
            {
                Assert.InRange(record.Limits.End, last - SliceMs + 1, last);
                to.Add(Of(record));
            });
            Assert.Equal(_model.Where(IsPassed).OrderBy(kept => StartOf(kept.End)), seen);
            _model.RemoveAll(IsPassed);

            bool IsPassed(Kept<T> kept) => kept.End != long.MaxValue && StartOf(kept.End) + SliceMs <= watermark;
        }

        /// <summary>As a task does: no new checkpoint before the last one's state is written.</summary>
        private void Flip()
        {
            Write(int.MaxValue);
            Records.Flip();
            _changes.Flip();
            _atFlip = [.. _model];
        }

        private int Write(int budget)
        {
            if (_atFlip is null || !Records.WriteFrozen(ref budget)) return 0;
            _topics ??= CheckpointTopics.OpenAsync(_log, "test", writesDeadLetters: false, CancellationToken.None).GetAwaiter().GetResult();
            var (commit, written) = (new LogCommit(), 0);
            foreach (var (shard, records) in _changes.Take())
            {
                written += records.Count;
                commit.Add(_topics.Changelog, shard, records);
            }

            _log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
            CheckRestored(_atFlip);
            _atFlip = null;
            return written;
        }

        private void CheckRestored(List<Kept<T>> expected)
        {
            var restored = new KeptRecords<string, T>("kept", new Changes(), SliceMs);
            for (var shard = 0; shard < Shards.Count; shard++)
            {
                using var image = ShardImage.Read(_log, _topics!, shard);
                image.ForEach((_, ns, key, bytes) => restored.RestorePut(ns, key, bytes));
            }

            restored.Add("", new KeptLimits { Time = 0, End = long.MaxValue }, value(-1)); // its number is none of theirs
            var seen = new List<Kept<T>>();
            restored.DropBefore(long.MaxValue, seen, static (to, record, _) => to.Add(Of(record)));
            Assert.Equal(value(-1), seen[^1].Value);
            seen.RemoveAt(seen.Count - 1);
            foreach (var key in expected.Select(kept => kept.Key).Distinct())
                Assert.Equal(expected.Where(kept => kept.Key == key).OrderBy(kept => StartOf(kept.End)), seen.Where(kept => kept.Key == key));
            Assert.Equal(expected.Count, seen.Count);
        }

        private static long StartOf(long end) => end == long.MaxValue ? end : end - (((end % SliceMs) + SliceMs) % SliceMs);

        private static Kept<T> Of(KeptRecord<string, T> record)
            => new(record.Key, record.Limits.Time, record.Limits.End, record.Value, record.Links.IsMatched);
    }
}
