using Dataflow.Testing;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>Commits that are handed over together, so that one sync may cover them all.</summary>
internal sealed record CommitStep(params IReadOnlyList<CommitPlan> Commits) : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before) => StatesFrom(before, Commits);

    public override Task<LogModel> RunAsync(SimulatedLog log) => Task.FromResult(Run(log));

    private LogModel Run(SimulatedLog log)
    {
        var waiting = Commits.Select(plan => (Plan: plan, Commit: Build(log.Store, plan))).ToList();
        while (true)
        {
            var answers = HandOver(log, [.. waiting.Select(commit => commit.Commit)]);
            var accepted = Plans(error => error is null);
            var doubtful = Plans(IsFailure);
            Assert.DoesNotContain(null, answers.SkipWhile(error => error is null or LogFullException));

            log.Possible = StatesFrom(StatesFrom(log.Possible[0], accepted)[^1], doubtful);
            if (answers.FirstOrDefault(IsFailure) is { } failure) throw failure;
            waiting = [.. waiting.Where((_, index) => answers[index] is LogFullException)];
            if (waiting.Count == 0) return log.Possible[^1];
            if (!log.MakesRoom()) throw answers.First(error => error is LogFullException)!;

            List<CommitPlan> Plans(Func<Exception?, bool> condition)
                => [.. waiting.Where((_, index) => condition(answers[index])).Select(commit => commit.Plan)];
        }
    }

    /// <summary>Commits all at once and returns the error of each, null for those acknowledged.</summary>
    private static IReadOnlyList<Exception?> HandOver(SimulatedLog log, IReadOnlyList<LogCommit> commits)
    {
        log.Scheduler.Holds = true;
        var running = commits.Select(commit => log.Store.CommitAsync(commit).AsTask()).ToList();
        log.Scheduler.Holds = false;
        log.Scheduler.RunHeld();
        Assert.All(running, task => Assert.True(task.IsCompleted, "A commit was left without an answer."));
        return [.. running.Select(task => task.Exception?.InnerException)];
    }

    private static bool IsFailure(Exception? error) => error is not null and not LogFullException;

    private static List<LogModel> StatesFrom(LogModel before, IReadOnlyList<CommitPlan> commits)
    {
        var states = new List<LogModel> { before };
        foreach (var commit in commits) states.Add(states[^1].WithCommit(commit));
        return states;
    }

    private static LogCommit Build(LogStore store, CommitPlan plan)
    {
        var commit = new LogCommit();
        foreach (var (topic, partition, records) in plan.Appends)
        {
            var buffer = new RecordBuffer();
            foreach (var record in records) Append(buffer, record);
            commit.Add(store.GetTopic(topic), partition, buffer);
        }
        foreach (var (group, topic, partition, offset) in plan.Offsets)
            commit.SetGroupOffset(group, topic, partition, offset);
        return commit;
    }

    private static void Append(RecordBuffer buffer, ModelRecord record)
    {
        if (record.Value is null) buffer.AppendTombstone(record.Timestamp, record.Key);
        else if (record.Key is null) buffer.Append(record.Timestamp, record.Value);
        else buffer.Append(record.Timestamp, record.Key, record.Value);
    }
}
