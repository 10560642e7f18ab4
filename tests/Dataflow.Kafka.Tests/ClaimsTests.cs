using System.Text;
using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka.Tests;

/// <summary>Who may commit for a unit of work: who claimed it last.</summary>
public sealed class ClaimsTests(SharedNode shared)
{
    private const int Units = 4;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30); // transactions time out after 60

    [Fact]
    public async Task A_process_that_takes_over_shuts_out_who_had_the_units_before_it_reads_what_that_one_committed()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var name = shared.Node.CreateTopic();
        await using var dead = await Members.ConnectAsync(shared.Node);
        await using var log = await Members.ConnectAsync(shared.Node);
        var (owner, topic) = ($"{name}.dead", dead.GetTopic(name));
        var claims = await dead.CreateCompactedAsync(KafkaMembership.ClaimsOf(name), 1);
        await dead.CommitAsync(Commit(claims, records => Claims.Append(records, owner, [.. Enumerable.Range(0, Units)])), cancelled);
        await dead.CommitAsync(Commit(topic, static records => records.Append(1, "in time"u8)), cancelled);
        await using var member = log.Join(name, Units, areShared: true);

        Assert.Equal(Enumerable.Range(0, Units), await member.NextAsync(cancelled));

        Assert.Equal(["in time"], Read());
        await Assert.ThrowsAsync<ShutOutException>(
            async () => await dead.CommitAsync(Commit(topic, static records => records.Append(1, "too late"u8)), cancelled));
        Assert.Equal(["in time"], shared.Node.Read(name).Select(static record => record.Message.Value));

        LogCommit Commit(LogTopic to, Action<RecordBuffer> append)
        {
            var (commit, records) = (new LogCommit { Owner = owner }, new RecordBuffer());
            append(records);
            commit.Add(to, 0, records);
            return commit;
        }

        List<string> Read()
        {
            using var reader = log.OpenReader(name, 0, 0);
            var found = new List<string>();
            while (reader.TryReadBefore(log.GetTopic(name).EndOffset(0), out var batch))
                foreach (var record in batch) found.Add(Encoding.UTF8.GetString(record.Value.Span));
            return found;
        }
    }

    [Fact]
    public async Task A_process_that_is_shut_out_while_it_claims_goes_on_as_another_owner()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var name = shared.Node.CreateTopic();
        await using var log = await Members.ConnectAsync(shared.Node);
        await using var other = await Members.ConnectAsync(shared.Node);
        await using var member = log.Join(name, Units, areShared: true);
        await member.NextAsync(cancelled);
        var before = member.Owner;
        await other.ShutOutAsync(before, cancelled); // the process does not know it yet

        Assert.Equal(Enumerable.Range(0, Units), await member.NextAsync(cancelled).AsTask().WaitAsync(Soon, cancelled));

        Assert.NotEqual(before, member.Owner);
        Assert.Empty(member.Held);
    }

    [Fact]
    public async Task A_process_keeps_its_units_while_it_prepares_for_those_that_come()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var name = shared.Node.CreateTopic();
        await using var log = await Members.ConnectAsync(shared.Node);
        await using var other = await Members.ConnectAsync(shared.Node);
        await using var member = log.Join(name, Units, areShared: true);
        var leaving = other.Join(name, Units, areShared: true);
        var mine = await member.NextAsync(cancelled);
        var theirs = leaving.NextAsync(cancelled).AsTask();
        while (mine.Count == Units)
        {
            await member.Moving.WaitAsync(Soon, cancelled);
            mine = await member.NextAsync(cancelled);
        }

        while ((await theirs.WaitAsync(Soon, cancelled)).Count == 0) theirs = leaving.NextAsync(cancelled).AsTask();

        await leaving.DisposeAsync();

        Assert.Equal((await theirs).Order(), (await member.Coming.WaitAsync(Soon, cancelled)).Order());
        Assert.False(member.Moving.IsCompleted);
        member.Prepared();
        Assert.True(await member.Moving.WaitAsync(Soon, cancelled));
        Assert.Equal(Enumerable.Range(0, Units), await member.NextAsync(cancelled));
        Assert.Subset(member.Held.ToHashSet(), mine.ToHashSet());
        Assert.False(member.Coming.IsCompleted);
    }

    [Fact]
    public async Task A_process_that_was_killed_in_the_middle_of_its_claim_holds_up_no_other()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var name = shared.Node.CreateTopic();
        await using var log = await Members.ConnectAsync(shared.Node);
        var claims = await log.CreateCompactedAsync(KafkaMembership.ClaimsOf(name), 1);
        var owner = $"{name}.killed";
        using var killed = shared.Node.Producer($"dataflow.{owner}");
        killed.BeginTransaction();
        var claim = new RecordBuffer();
        Claims.Append(claim, owner, [1, 2]);
        foreach (var record in claim)
            killed.Produce(claims.Name, new() { Key = owner, Value = Encoding.UTF8.GetString(record.Value.Span) });
        killed.Flush(cancelled);

        await using var member = log.Join(name, Units, areShared: true);
        Assert.Equal(Enumerable.Range(0, Units), await member.NextAsync(cancelled).AsTask().WaitAsync(Soon, cancelled));

        var error = Assert.Throws<KafkaException>(() => killed.CommitTransaction());
        Assert.True(KafkaErrors.IsFencing(error.Error), error.Message);
    }
}
