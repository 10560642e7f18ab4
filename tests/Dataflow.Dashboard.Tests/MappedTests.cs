using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dataflow.Dashboard.Tests;

/// <summary>The dashboard in an ASP.NET application of the user's.</summary>
public sealed class MappedTests
{
    [Fact]
    public async Task Is_served_below_its_path_beside_the_application_s_own_pages()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        IReadOnlyCollection<Job> jobs = [watched.Job];
        await using var app = await StartAsync(static _ => { }, app =>
        {
            app.MapGet("/", () => "mine");
            app.MapDataflowDashboard(() => jobs);
        });
        var client = watched.Client;

        Assert.Equal("mine", await client.GetStringAsync(new Uri(app.Urls.Single()), TestContext.Current.CancellationToken));
        using var page = await client.GetAsync(new Uri($"{app.Urls.Single()}/dataflow"), TestContext.Current.CancellationToken);
        Assert.Equal("/dataflow/", page.RequestMessage!.RequestUri!.AbsolutePath); // so that its relative links lead somewhere
        Assert.Contains("main.js", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (var path in new[] { "main.js", "views/job.js", "api/v1/jobs/orders" })
        {
            var uri = new Uri($"{app.Urls.Single()}/dataflow/{path}");
            using var answer = await client.GetAsync(uri, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Answers_only_loopback_unless_the_application_authorizes()
    {
        await using var watched = await WatchedJob.OrdersAsync();
        await using var open = await StartAsync(static _ => { }, app =>
        {
            app.Use(ComesFromAfar);
            app.MapDataflowDashboard(watched.Job);
        });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(open, watched.Client));

        await using var authorized = await StartAsync(
            static services =>
            {
                services.AddDataProtection().UseEphemeralDataProtectionProvider();
                services.AddAuthorization().AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, AnyName>("test", null);
            },
            app =>
            {
                app.Use(ComesFromAfar);
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapDataflowDashboard(watched.Job).RequireAuthorization();
            });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(authorized, watched.Client));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(authorized, watched.Client, "ada"));

        static Task ComesFromAfar(HttpContext context, Func<Task> next)
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse("203.0.113.7");
            return next();
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(WebApplication app, HttpClient client, string? name = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{app.Urls.Single()}/dataflow/api/v1/jobs");
        if (name is not null) request.Headers.Add("name", name);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> add, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        add(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
