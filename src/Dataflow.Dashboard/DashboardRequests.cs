using System.Buffers;
using System.Net;
using Dataflow.Dashboard.Api;
using Dataflow.Features;
using Dataflow.Log;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Dataflow.Dashboard;

/// <summary>Answers the requests of the page and of other clients of the API.</summary>
internal sealed class DashboardRequests(JobsWatch watch, DashboardOptions options, Listener listener)
{
    private const string Foreign =
        "The request is from beyond this machine, for another host, or from a page of one. Ask by a loopback name such as localhost, or "
            + "give the dashboard a token or the application's authorization.";

    private readonly Answer _openApi = OpenApi.Describe(options);
    private readonly Actions _actions = new(options);

    /// <summary>Answers a request. Its processor time counts up to where it waits; answers that are there do not wait.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var start = ThreadTime.Now;
        var answered = AnswerAsync(context);
        watch.Process.AddRequest(ThreadTime.Now - start);
        return answered;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Shield(context.Response.Headers);
        try
        {
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            await SendAsync(context, refused.Status, refused.Message).ConfigureAwait(false);
        }
        catch (CheckpointException refused)
        {
            await SendAsync(context, 409, refused.Message).ConfigureAwait(false);
        }
        catch (Exception error) when (error is LogException or ObjectDisposedException)
        {
            await SendAsync(context, 503, "The job's log is closed: the job has ended, or starts again.").ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException && !context.Response.HasStarted)
        {
            await SendAsync(context, 500, $"The dashboard failed ({error.GetType().Name}).").ConfigureAwait(false);
        }
    }

    private static void Shield(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private Task RouteAsync(HttpContext context)
    {
        var request = context.Request;
        Admit(context);
        var path = PathOf(request);
        if (path is null)
        {
            context.Response.Redirect(UriHelper.BuildRelative(request.PathBase, request.Path.Value + "/"), permanent: false);
            return Task.CompletedTask;
        }

        if (!path.StartsWith("api/", StringComparison.Ordinal)) return PageFiles.SendAsync(context, path);
        if (!listener.Allows(request)) throw new RefusedException(401, "The request has not the token of this dashboard.");
        var parts = path.Split('/');
        var isGet = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return parts switch
        {
            ["api", "v1", "openapi.json"] when isGet => SendAsync(context, 200, _openApi),
            ["api", "v1", "jobs"] when isGet => SendAsync(context, 200, watch.List()),
            ["api", "v1", "jobs", var id, ..] => OfJobAsync(context, Job(id), isGet, parts.AsMemory(4)),
            _ => throw NotFound(request),
        };
    }

    private Task OfJobAsync(HttpContext context, JobWatch watched, bool isGet, ReadOnlyMemory<string> rest)
    {
        var (request, job) = (context.Request, watched.Job);
        return rest.Span switch
        {
            [] when isGet => Send(() => watched.View(watch.Process.Last), DashboardJson.Default.JobView),
            ["plan"] when isGet => Send(() => PlanView.Of(job), DashboardJson.Default.PlanView),
            ["history"] when isGet => Send(watched.History, DashboardJson.Default.HistoryView),
            ["state"] when isGet => Send(watched.States, DashboardJson.Default.StateHistoryView),
            ["checkpoints"] when isGet => Send(() => SavedCheckpointListView.Of(job), DashboardJson.Default.SavedCheckpointListView),
            ["groups"] when isGet => Send(() => GroupListView.Of(job.Log), DashboardJson.Default.GroupListView),
            ["features"] when isGet => Send(
                () => new FeatureListView(FeatureRegistry.Read(job.Log)), DashboardJson.Default.FeatureListView),
            ["topics"] when isGet => Send(() => TopicQueries.List(job.Log), DashboardJson.Default.TopicListView),
            ["dead-letters"] when isGet => Send(
                () => DeadLetterQuery.Run(job, watched.Letters, options.ShowsValues), DashboardJson.Default.DeadLettersView),
            ["lookups"] when isGet => Send(watched.Lookups, DashboardJson.Default.LookupListView),
            ["lookups", var lookup] when isGet => AskAsync(context, job, lookup),
            ["topics", var topic] when isGet => SendAsync(
                context, 200, Answer.Of(TopicQueries.Describe(job.Log, topic), DashboardJson.Default.TopicDescriptionView)),
            ["topics", var topic, "records"] when isGet => SendAsync(
                context, 200, Answer.Of(TopicQueries.Tail(job.Log, topic, request.Query, options.ShowsValues),
                    DashboardJson.Default.RecordListView)),
            var action when HttpMethods.IsPost(request.Method) => ActAsync(context, watched, action.ToArray()),
            _ => throw NotFound(request),
        };

        Task Send<T>(Func<T> make, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
            => SendAsync(context, 200, watched.Answers.Get(make, type));
    }

    private async Task AskAsync(HttpContext context, Job job, string lookup)
    {
        var answer = await LookupQuery.AskAsync(job, lookup, context.Request, options.ShowsValues).ConfigureAwait(false);
        await SendAsync(context, 200, Answer.Of(answer, DashboardJson.Default.LookupAnswerView)).ConfigureAwait(false);
    }

    private async Task ActAsync(HttpContext context, JobWatch watched, string[] action)
    {
        var (status, answer) = await _actions.DoAsync(context.Request, watched, action).ConfigureAwait(false);
        await SendAsync(context, status, answer).ConfigureAwait(false);
    }

    private JobWatch Job(string id)
        => watch.Find(id) ?? throw new RefusedException(404, "There is no such job; api/v1/jobs lists them.");

    private static RefusedException NotFound(HttpRequest request)
        => new(404, $"There is no such {request.Method} request; api/v1/openapi.json says what there is.");

    /// <summary>The path below that of the page, without a slash before it; null: the page's own, without the slash behind it.</summary>
    private static string? PathOf(HttpRequest request)
    {
        if (!request.RouteValues.TryGetValue("rest", out var rest)) return request.Path.Value!.TrimStart('/');
        return rest as string ?? (request.Path.Value!.EndsWith('/') ? "" : null);
    }

    /// <summary>Refuses who is not of this machine, unless a token or the application's authorization decides.</summary>
    private void Admit(HttpContext context)
    {
        if (listener.Token is not null) return;
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null) return;
        var from = context.Connection.RemoteIpAddress;
        var isFromAfar = from is not null && !IPAddress.IsLoopback(from);
        if (isFromAfar || listener.IsForeign(context.Request)) throw new RefusedException(403, Foreign);
    }

    private static Task SendAsync(HttpContext context, int status, string detail)
        => SendAsync(context, status, Answer.Of(new DetailView(detail), DashboardJson.Default.DetailView));

    /// <summary>Sends an answer. It is only put into the server's buffer, which the server sends when the request ends: nothing here
    /// waits for a client.</summary>
    private static Task SendAsync(HttpContext context, int status, Answer answer)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-cache";
        response.ContentType = "application/json";
        response.Headers.ETag = answer.ETag;
        if (status == 200 && request.Headers.IfNoneMatch == answer.ETag)
        {
            response.StatusCode = 304;
            return Task.CompletedTask;
        }

        response.StatusCode = status;
        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(request.Method)) response.BodyWriter.Write(answer.Body);
        return Task.CompletedTask;
    }
}
