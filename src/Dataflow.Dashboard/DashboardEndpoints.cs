using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dataflow.Dashboard;

/// <summary>Adds the dashboard to an ASP.NET application.</summary>
public static class DashboardEndpoints
{
    /// <summary>Serves the page and its API below a path.</summary>
    /// <remarks>The application's own authorization goes before it: <c>RequireAuthorization()</c> on what is returned. Without that, and
    /// without <see cref="DashboardOptions.Token"/>, only requests from loopback by a loopback name are answered, however the application
    /// listens.</remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="jobs">Returns the jobs. Called once a second, from any thread; must not block.</param>
    /// <param name="path">The path of the page. Default: <c>/dataflow</c>.</param>
    /// <param name="options">The options. Default: without token, actions and values.</param>
    /// <exception cref="ArgumentException">A token cannot be sent.</exception>
    /// <example><code>
    /// app.MapDataflowDashboard(() => jobs);
    /// </code></example>
    public static IEndpointConventionBuilder MapDataflowDashboard(
        this IEndpointRouteBuilder endpoints, Func<IReadOnlyCollection<Job>> jobs, string path = "/dataflow",
        DashboardOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        var root = path.TrimEnd('/');
        var watch = new JobsWatch(jobs, options);
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(watch.Dispose);
        var requests = new DashboardRequests(watch, options, new Listener(IPAddress.Loopback, 0, options.Token, null));
        return endpoints.Map($"{root}/{{**rest}}", requests.HandleAsync).WithDisplayName("Dataflow dashboard");
    }

    /// <summary>Serves the page and its API for one job.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="job">The job.</param>
    /// <param name="path">The path of the page. Default: <c>/dataflow</c>.</param>
    /// <param name="options">The options. Default: without token, actions and values.</param>
    /// <exception cref="ArgumentException">A token cannot be sent.</exception>
    /// <inheritdoc cref="MapDataflowDashboard(IEndpointRouteBuilder, Func{IReadOnlyCollection{Job}}, string, DashboardOptions?)"
    /// path="/remarks"/>
    public static IEndpointConventionBuilder MapDataflowDashboard(
        this IEndpointRouteBuilder endpoints, Job job, string path = "/dataflow", DashboardOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        return endpoints.MapDataflowDashboard(() => [job], path, options);
    }
}
