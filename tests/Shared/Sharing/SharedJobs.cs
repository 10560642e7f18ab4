namespace Dataflow.Tests.Shared;

/// <summary>Waits for jobs that share a pipeline.</summary>
internal static class SharedJobs
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>Waits for a condition; fails with the error of a job, or with the status of all where it takes too long.</summary>
    public static async Task UntilAsync(Func<bool> condition, params IReadOnlyList<Job> jobs)
    {
        using var longest = new CancellationTokenSource(s_longest);
        while (!condition())
        {
            foreach (var job in jobs.Where(static job => job.Completion.IsFaulted)) await job.Completion;
            Assert.False(longest.IsCancellationRequested, string.Join('\n', jobs.Select(static job => job.Status)));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
