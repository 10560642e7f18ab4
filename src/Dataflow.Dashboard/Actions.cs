using Dataflow.Dashboard.Api;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Dashboard;

/// <summary>Does what a request asks of a job, for those who have the token.</summary>
internal sealed class Actions(DashboardOptions options)
{
    private const string Header = "dataflow-action-token";

    private readonly Listener _token = new(System.Net.IPAddress.Loopback, 0, options.ActionToken, null);

    /// <exception cref="RefusedException">There is no such action, or the request may not ask for it.</exception>
    public Answer Do(HttpRequest request, Job job, string action)
    {
        Func<Task> act = action switch
        {
            "stop" => () => job.StopAsync(),
            "drain" => () => job.DrainAsync(),
            _ => throw new RefusedException(404, "There is no such action; api/v1/openapi.json says what there is."),
        };
        if (options.ActionToken is null)
            throw new RefusedException(403, "This dashboard only reads. Start it with an ActionToken to let it act.");
        if (!_token.IsToken(request.Headers[Header].ToString()))
            throw new RefusedException(401, $"The request has not the action token of this dashboard, as header '{Header}'.");
        if (job.Completion.IsCompleted) throw new RefusedException(409, "The job has ended.");
        _ = EndAsync(act);
        return Answer.Of(new DetailView($"The job was asked to {action}; its state says when it has."), DashboardJson.Default.DetailView);
    }

    /// <summary>Waits for the end. An error of the job is the status's to tell.</summary>
    private static async Task EndAsync(Func<Task> act) => await act().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
