using Dataflow.Log;
using Grpc.Core;

namespace Dataflow.Arrow.Flight;

/// <summary>The progress of trainers, and the range and order of each epoch, stored as offsets of groups in the log.</summary>
internal sealed class TrainingCursors(PartitionedLog log) : IDisposable
{
    private readonly SemaphoreSlim _beginning = new(1);

    /// <summary>Returns the tickets for all shards. The first request for a trainer's epoch fixes its range and its order.</summary>
    /// <exception cref="RpcException">The epoch has another order.</exception>
    public async Task<IReadOnlyList<ShardTicket>> TicketsAsync(ServedSet set, TrainingRequest request)
    {
        if (request.Trainer is not null) await BeginAsync(set, request).ConfigureAwait(false);
        return [.. Enumerable.Range(0, log.GetTopic(set.Topic).PartitionCount).Select(shard => Ticket(set, request, shard))];
    }

    /// <summary>Stores the progress of a trainer.</summary>
    public async Task CommitAsync(string topic, ShardTicket ticket)
    {
        var group = new Group(ticket.Set, ticket.Trainer ?? throw FlightErrors.Invalid("the ticket names no trainer"), ticket.Epoch);
        if (log.GetGroupOffset(group.Start, topic, ticket.Shard) != ticket.From
            || log.GetGroupOffset(group.End, topic, ticket.Shard) != ticket.To)
            throw FlightErrors.Invalid("the ticket's range is not the epoch's; ask for the flight first");
        if (ticket.Seed is not null) CheckOrder(group, topic, EpochOrder.Of(ticket.Seed, ticket.Window));
        var commit = new LogCommit();
        commit.SetGroupOffset(group.Cursor, topic, ticket.Shard, ticket.At);
        await log.CommitAsync(commit).ConfigureAwait(false);
    }

    public void Dispose() => _beginning.Dispose();

    private async Task BeginAsync(ServedSet set, TrainingRequest request)
    {
        await _beginning.WaitAsync().ConfigureAwait(false);
        try
        {
            var group = Group.Of(request);
            var order = EpochOrder.Of(request.Seed, request.Window);
            if (log.GetGroupOffset(group.Cursor, set.Topic, 0) is not null)
            {
                CheckOrder(group, set.Topic, order);
                return;
            }

            await log.CommitAsync(BeginningOf(set, group, order)).ConfigureAwait(false);
        }
        finally
        {
            _beginning.Release();
        }
    }

    private LogCommit BeginningOf(ServedSet set, Group group, EpochOrder order)
    {
        var commit = new LogCommit();
        order.WriteTo(commit, group.Cursor, set.Topic);
        for (var shard = 0; shard < log.GetTopic(set.Topic).PartitionCount; shard++)
        {
            var (from, to) = set.RangeOf(log, shard);
            commit.SetGroupOffset(group.Start, set.Topic, shard, from);
            commit.SetGroupOffset(group.End, set.Topic, shard, to);
            commit.SetGroupOffset(group.Cursor, set.Topic, shard, from);
        }

        return commit;
    }

    /// <summary>Refuses another order: a cursor is a place in one order; in another, rows before it would be new and rows behind it
    /// known.</summary>
    private void CheckOrder(Group group, string topic, EpochOrder asked)
    {
        var order = EpochOrder.Read(log, group.Cursor, topic);
        if (asked != order) throw FlightErrors.OtherOrder(group.Trainer, group.Epoch, order.ToString(), asked.ToString());
    }

    private ShardTicket Ticket(ServedSet set, TrainingRequest request, int shard)
    {
        var (from, to) = set.RangeOf(log, shard);
        var at = from;
        if (request.Trainer is not null)
        {
            var group = Group.Of(request);
            (from, to, at) = (Kept(group.Start), Kept(group.End), Kept(group.Cursor));
        }

        return new ShardTicket
        {
            Set = request.Set,
            Shard = shard,
            From = from,
            To = to,
            At = at,
            Trainer = request.Trainer,
            Epoch = request.Epoch,
            Seed = request.Seed,
            Window = request.Window,
        };

        long Kept(string group) => log.GetGroupOffset(group, set.Topic, shard)!.Value;
    }

    private sealed record Group(string Set, string Trainer, int Epoch)
    {
        public string Cursor { get; } = $"{Escaped(Trainer)}/{Escaped(Set)}/{Epoch}";

        public string Start => $"{Cursor}/start";

        public string End => $"{Cursor}/end";

        public static Group Of(TrainingRequest request) => new(request.Set, request.Trainer!, request.Epoch);

        /// <summary>Escapes a name: trainer 'a/b' of set 'c' is not trainer 'a' of set 'b/c'.</summary>
        private static string Escaped(string name)
            => name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
    }
}
