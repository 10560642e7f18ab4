using Dataflow.Log;

namespace Dataflow;

/// <summary>How far trainers are, and the range of each epoch, as the offsets of groups in the log.</summary>
internal sealed class TrainingCursors(LogStore log) : IDisposable
{
    private readonly SemaphoreSlim _beginning = new(1);

    /// <summary>The tickets for all shards. The first that asks for a trainer's epoch fixes its range.</summary>
    public async Task<IReadOnlyList<ShardTicket>> TicketsAsync(TrainingTopic set, TrainingRequest request)
    {
        if (request.Trainer is not null) await BeginAsync(set.Topic, request).ConfigureAwait(false);
        return [.. Enumerable.Range(0, log.GetTopic(set.Topic).PartitionCount).Select(shard => Ticket(set.Topic, request, shard))];
    }

    /// <summary>Keeps how far a trainer is.</summary>
    public async Task CommitAsync(string topic, ShardTicket ticket)
    {
        var group = new Group(ticket.Set, ticket.Trainer ?? throw FlightErrors.Invalid("the ticket names no trainer"), ticket.Epoch);
        if (log.GetGroupOffset(group.End, topic, ticket.Shard) != ticket.To)
            throw FlightErrors.Invalid("the ticket's range is not the epoch's; ask for the flight first");
        var commit = new LogCommit();
        commit.SetGroupOffset(group.Cursor, topic, ticket.Shard, ticket.At);
        await log.CommitAsync(commit).ConfigureAwait(false);
    }

    public void Dispose() => _beginning.Dispose();

    private async Task BeginAsync(string topic, TrainingRequest request)
    {
        await _beginning.WaitAsync().ConfigureAwait(false);
        try
        {
            var group = Group.Of(request);
            if (log.GetGroupOffset(group.Cursor, topic, 0) is not null) return;
            var (found, commit) = (log.GetTopic(topic), new LogCommit());
            for (var shard = 0; shard < found.PartitionCount; shard++)
            {
                commit.SetGroupOffset(group.Start, topic, shard, found.StartOffset(shard));
                commit.SetGroupOffset(group.End, topic, shard, found.EndOffset(shard));
                commit.SetGroupOffset(group.Cursor, topic, shard, found.StartOffset(shard));
            }

            await log.CommitAsync(commit).ConfigureAwait(false);
        }
        finally
        {
            _beginning.Release();
        }
    }

    private ShardTicket Ticket(string topic, TrainingRequest request, int shard)
    {
        var found = log.GetTopic(topic);
        var (from, to, at) = (found.StartOffset(shard), found.EndOffset(shard), found.StartOffset(shard));
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

        long Kept(string group) => log.GetGroupOffset(group, topic, shard)!.Value;
    }

    private sealed record Group(string Set, string Trainer, int Epoch)
    {
        public string Cursor => $"{Trainer}/{Set}/{Epoch}";

        public string Start => $"{Cursor}/start";

        public string End => $"{Cursor}/end";

        public static Group Of(TrainingRequest request) => new(request.Set, request.Trainer!, request.Epoch);
    }
}
