using CsCheck;
using Dataflow.State;

namespace Dataflow.Tests.State;

/// <summary>Keyed state against dictionaries: what it holds, and what its changes replay to at each checkpoint.</summary>
public class KeyedStateTests
{
    private const int Namespaces = 3;

    private static readonly Gen<Operation> Operations = Gen.Select(
        Gen.Frequency(
            (20, Gen.Const(Kind.Update)), (8, Gen.Const(Kind.Remove)), (4, Gen.Const(Kind.TryGet)), (1, Gen.Const(Kind.Drop)),
            (2, Gen.Const(Kind.Flip)), (4, Gen.Const(Kind.Write))),
        Gen.Int[0, Namespaces - 1],
        Gen.Int[0, 60],
        Gen.Int[0, 30],
        (kind, ns, key, number) => new Operation(kind, ns, key, number));

    [Fact]
    public void Agrees_with_dictionaries_and_so_does_its_changelog_at_every_checkpoint()
        => Operations.Array[0, 400].Sample(
            operations =>
            {
                using var run = new Run();
                foreach (var operation in operations) run.Do(operation);
                run.CheckAll();
            },
            iter: 100);

    [Fact]
    public void Grows_and_shrinks_by_any_number_of_keys()
    {
        using var run = new Run();
        for (var key = 0; key < 3000; key++) run.Do(new Operation(Kind.Update, 0, key, key));
        run.Do(new Operation(Kind.Flip, 0, 0, 0));
        for (var key = 0; key < 3000; key += 2) run.Do(new Operation(Kind.Remove, 0, key, 0));
        for (var key = 3000; key < 9000; key++) run.Do(new Operation(Kind.Update, 0, key, key));
        run.Do(new Operation(Kind.Flip, 0, 0, 0));
        run.CheckAll();
    }

    [Fact]
    public void Keys_that_are_still_to_be_written_are_when_the_table_grows_by_segments_and_is_one_again()
    {
        using var run = new Run();
        for (var key = 0; key < 120_000; key++)
        {
            run.Do(new Operation(Kind.Update, 0, key, key));
            if (key % 30_000 == 20_000) run.Do(new Operation(Kind.Flip, 0, 0, 0));
            if (key % 1000 == 0) run.Do(new Operation(Kind.Write, 0, 0, 200));
        }

        for (var key = 0; key < 120_000; key++)
        {
            if (key == 60_000) run.Do(new Operation(Kind.Flip, 0, 0, 0));
            if (key % 40 != 0) run.Do(new Operation(Kind.Remove, 0, key, 0));
        }

        run.CheckAll();
    }

    [Fact]
    public void No_update_waits_for_more_than_a_part_of_the_table_to_grow()
    {
        const int MaxBytes = 3 << 20; // two segments, and a directory
        var state = new NamespacedState<long, long>("growing", KeyCodec<long>.Default, new Changes(static _ => false)).Main;
        var most = 0L;
        for (var key = 0L; key < 1_000_000; key++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            state.Update(key, out _) = key;
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(most, 1, MaxBytes);
        for (var key = 0L; key < 1_000_000; key++) Assert.Equal(key, state.Find(key));
        var next = (0, 0);
        while (state.RemoveSome(ref next, 256, 0, static (_, key, ref readonly _) => key % 2 == 0) || state.Count > 500_000) { }

        Assert.True(state.TryGet(999_999, out _));
        Assert.False(state.TryGet(999_998, out _));
    }

    [Fact]
    public void Shrinks_with_its_keys_and_loses_none_that_is_still_to_be_written()
    {
        using var run = new Run();
        for (var key = 0; key < 20_000; key++) run.Do(new Operation(Kind.Update, 0, key, key));
        run.Do(new Operation(Kind.Flip, 0, 0, 0));
        for (var key = 0; key < 20_000; key++)
        {
            if (key % 1000 != 0) run.Do(new Operation(Kind.Remove, 0, key, 0));
        }

        run.Do(new Operation(Kind.Update, 0, 7, 7));
        run.Do(new Operation(Kind.Flip, 0, 0, 0));
        run.CheckAll();
    }

    [Fact]
    public void Gives_back_the_memory_of_keys_that_are_gone()
    {
        const int Keys = 300_000;
        var state = new NamespacedState<int, long>("memory", KeyCodec<int>.Default, new Changes(static _ => false)).Main;
        var least = state.Capacity;
        for (var key = 0; key < Keys; key++) state.Update(key, out _) = key;
        var next = (0, 0);
        while (state.RemoveSome(ref next, 256, 0, static (_, key, ref readonly _) => key >= 10) || state.Count > 10) { }

        Assert.InRange(state.Capacity, least, 1024);
        Assert.Equal(10, state.Count);
    }

    [Fact]
    public void Removing_moves_keys_that_are_still_to_be_written_without_losing_them()
        => Gen.Int[0, 2999].Array[300].Array[8].Sample(
            rounds =>
            {
                using var run = new Run();
                for (var key = 0; key < 3000; key++) run.Do(new Operation(Kind.Update, 0, key, key));
                foreach (var keys in rounds)
                {
                    run.Do(new Operation(Kind.Flip, 0, 0, 0));
                    foreach (var key in keys.Take(30)) run.Do(new Operation(Kind.Update, 0, key, 1));
                    run.Do(new Operation(Kind.Flip, 0, 0, 0));
                    foreach (var key in keys.Skip(30)) run.Do(new Operation(Kind.Remove, 0, key, 0));
                }

                run.CheckAll();
            },
            iter: 8);

    [Fact]
    public void An_unchanged_key_is_not_written_again()
    {
        var changes = new Changes();
        var state = new NamespacedState<int, long>("numbers", KeyCodec<int>.Default, changes);
        for (var key = 0; key < 100; key++) state.Main.Update(key, out _) = key;
        Assert.Equal(100, Cut(state, changes));

        state.Main.Update(7, out var exists)++;
        Assert.True(exists);
        Assert.True(state.Main.TryGet(8, out var value));
        Assert.Equal(8, value);

        Assert.Equal(1, Cut(state, changes));
        Assert.Equal(0, Cut(state, changes));
    }

    [Fact]
    public void Dropping_a_namespace_is_told_to_the_shards_that_know_it()
    {
        var changes = new Changes();
        var state = new NamespacedState<int, long>("numbers", KeyCodec<int>.Default, changes);
        state.Open(1).Update(7, out _) = 1;
        state.Drop(1);
        Assert.Equal(0, Cut(state, changes));

        state.Open(2).Update(7, out _) = 1;
        Assert.Equal(1, Cut(state, changes));
        state.Drop(2);
        Assert.Equal(1, Cut(state, changes));
    }

    private static int Cut(NamespacedState<int, long> state, Changes changes)
    {
        ((IState)state).Flip();
        changes.Flip();
        var all = int.MaxValue;
        Assert.True(((IState)state).WriteFrozen(ref all));
        return changes.Take().Sum(change => StateLog.CountIn(change.Records));
    }

    private enum Kind
    {
        Update,
        Remove,
        TryGet,
        Drop,
        Flip,
        Write,
    }

    private sealed record Operation(Kind Kind, int Namespace, int Key, int Number);

    /// <summary>The state, the dictionaries that it must equal, and a log that its changes go to.</summary>
    private sealed class Run : IDisposable
    {
        private readonly StateLog _log = new();
        private readonly Changes _changes = new();
        private readonly NamespacedState<int, long> _state;
        private readonly Dictionary<(int Namespace, int Key), long> _model = [];
        private Dictionary<(int Namespace, int Key), long>? _atFlip;

        public Run() => _state = new NamespacedState<int, long>("numbers", KeyCodec<int>.Default, _changes);

        public void Dispose() => _log.Dispose();

        public void Do(Operation operation)
        {
            var at = (operation.Namespace, operation.Key);
            switch (operation.Kind)
            {
                case Kind.Update:
                    ref var value = ref _state.Open(operation.Namespace).Update(operation.Key, out var exists);
                    Assert.Equal(_model.TryGetValue(at, out var before), exists);
                    Assert.Equal(before, value);
                    value = _model[at] = before + operation.Number + 1;
                    break;
                case Kind.Remove:
                    Assert.Equal(_model.Remove(at), _state.Open(operation.Namespace).Remove(operation.Key));
                    break;
                case Kind.TryGet:
                    Assert.Equal(
                        _model.TryGetValue(at, out var expected), _state.Open(operation.Namespace).TryGet(operation.Key, out var found));
                    Assert.Equal(expected, found);
                    break;
                case Kind.Drop:
                    _state.Drop(operation.Namespace);
                    foreach (var key in _model.Keys.Where(key => key.Namespace == operation.Namespace).ToList()) _model.Remove(key);
                    break;
                case Kind.Flip:
                    Flip();
                    break;
                case Kind.Write:
                    Write(operation.Number);
                    break;
            }
        }

        public void CheckAll()
        {
            Flip();
            Write(int.MaxValue);
            Assert.Equal(_model.Count, _state.Entries);
            var held = new Dictionary<(int, int), long>();
            foreach (var (ns, table) in _state.Tables) table.ForEach(
                (held, ns), static (to, key, in value) => to.held.Add(((int)to.ns, key), value));
            Assert.Equal(_model, held);
        }

        /// <summary>As a task does: no new checkpoint before the last one's state is written.</summary>
        private void Flip()
        {
            Write(int.MaxValue);
            ((IState)_state).Flip();
            _changes.Flip();
            _atFlip = new(_model);
        }

        private void Write(int budget)
        {
            if (_atFlip is null || !((IState)_state).WriteFrozen(ref budget)) return;
            _log.Commit(_changes);
            Assert.Equal(_atFlip, Replayed());
            _atFlip = null;
        }

        private Dictionary<(int, int), long> Replayed()
        {
            var replayed = new Dictionary<(int, int), long>();
            _log.ForEach((state, ns, key, value) =>
            {
                Assert.Equal(_state.Id, state);
                replayed.Add(((int)ns, KeyCodec<int>.Default.Read(key)), StateCodec<long>.Read(value));
            });
            return replayed;
        }
    }
}
