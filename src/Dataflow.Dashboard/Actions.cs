using Dataflow.Dashboard.Api;
using Dataflow.Log;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Dashboard;

/// <summary>Does what a request asks of a job, for those who have the token.</summary>
internal sealed class Actions(DashboardOptions options)
{
    private const string Header = "dataflow-action-token";

    private readonly Listener _token = new(System.Net.IPAddress.Loopback, 0, options.ActionToken, null);

    /// <exception cref="RefusedException">There is no such action, or the request may not ask for it.</exception>
    public async Task<(int Status, Answer Answer)> DoAsync(HttpRequest request, JobWatch watched, string[] action)
    {
        Func<Task<(int, Answer)>> act = action switch
        {
            ["stop"] => () => EndAsync(watched.Job, "stop", static job => job.StopAsync()),
            ["drain"] => () => EndAsync(watched.Job, "drain", static job => job.DrainAsync()),
            ["forget"] => () => ForgetAsync(watched.Job, request),
            ["topics", var topic, "delete"] => () => DeleteAsync(watched.Job, topic, request),
            ["dead-letters", "replay"] => () => ReplayAsync(watched, group: null, request.HttpContext.RequestAborted),
            ["dead-letters", var group, "replay"] => () => ReplayAsync(watched, group, request.HttpContext.RequestAborted),
            _ => throw new RefusedException(404, "There is no such action; api/v1/openapi.json says what there is."),
        };
        if (options.ActionToken is null)
            throw new RefusedException(403, "This dashboard only reads. Start it with an ActionToken to let it act.");
        if (!_token.IsToken(request.Headers[Header].ToString()))
            throw new RefusedException(401, $"The request has not the action token of this dashboard, as header '{Header}'.");
        return await act().ConfigureAwait(false);
    }

    private static Task<(int, Answer)> EndAsync(Job job, string action, Func<Job, Task> end)
    {
        if (job.Completion.IsCompleted) throw new RefusedException(409, "The job has ended.");
        _ = WaitAsync();
        var said = new DetailView($"The job was asked to {action}; its state says when it has.");
        return Task.FromResult((202, Answer.Of(said, DashboardJson.Default.DetailView)));

        // An error of the job is the status's to tell.
        async Task WaitAsync() => await end(job).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<(int, Answer)> ForgetAsync(Job job, HttpRequest request)
    {
        if (!job.Completion.IsCompleted) throw new RefusedException(409, "The job runs. Stop it first.");
        if (request.Query["name"] != job.Pipeline)
            throw new RefusedException(422, "Say by '?name=' which pipeline is to forget its checkpoints: the name must be the job's.");
        await new Pipeline(job.Pipeline).ForgetAsync(new JobOptions { Log = job.Log }, CancellationToken.None).ConfigureAwait(false);
        var said = new ForgottenView("The checkpoints and the state are deleted. The next start begins anew.");
        return (200, Answer.Of(said, DashboardJson.Default.ForgottenView));
    }

    private static async Task<(int, Answer)> DeleteAsync(Job job, string name, HttpRequest request)
    {
        if (!job.Log.TryGetTopic(name, out var topic)) throw new RefusedException(404, "There is no such topic.");
        if (request.Query["name"] != name)
            throw new RefusedException(422, "Say by '?name=' which topic is to be deleted: the name must be the topic's.");
        var reasons = TopicDeletion.ReasonsAgainst(job.Log, name);
        if (reasons.Count > 0) throw new RefusedException(409, string.Join(" ", reasons));
        var found = new DeletedTopicView(
            name, topic.PartitionCount, topic.Ranges().Sum(static range => range.End - range.Start), request.Query["dryRun"] != "true");
        if (found.IsDone) await DeleteAsync(job.Log, name).ConfigureAwait(false);
        return (200, Answer.Of(found, DashboardJson.Default.DeletedTopicView));
    }

    /// <exception cref="RefusedException">Somebody has begun to need the topic, or the log deletes none.</exception>
    private static async Task DeleteAsync(PartitionedLog log, string topic)
    {
        try
        {
            await TopicDeletion.RunAsync(log, topic, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LogException refused) when (refused is not LogFailedException)
        {
            throw new RefusedException(409, refused.Message);
        }
    }

    private async Task<(int, Answer)> ReplayAsync(JobWatch watched, string? group, CancellationToken cancellationToken)
    {
        var done = await watched.Letters.ReplayAsync(
            letter => group is null || DeadLetterQuery.IdOf(letter, options.ShowsValues) == group, isDryRun: false, cancellationToken)
            .ConfigureAwait(false);
        return (200, Answer.Of(ReplayView.Of(done), DashboardJson.Default.ReplayView));
    }
}
