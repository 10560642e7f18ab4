using System.Collections.Concurrent;
using Dataflow.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace Dataflow.Hosting.Tests;

/// <summary>Services in pipelines, and pipelines' readers as services.</summary>
public class ServicesTests
{
    private static readonly Topic<Order> Orders = Topic.Of<Order>("orders", partitions: 1);
    private static readonly Topic<int> Totals = Topic.Of<int>("totals", partitions: 1);

    [Fact]
    public async Task A_pipeline_is_built_with_services_of_the_host()
    {
        await using var host = new TestHost();
        var builder = host.Builder;
        builder.Services.AddSingleton<Prices>();
        builder.Services.AddDataflow()
            .AddPipeline("orders", (pipeline, services) => pipeline.From(Orders)
                .Select(services.GetRequiredService<Prices>().Total)
                .To(Totals));
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("orders", [new Order("tea", 2)]);

        await host.UntilIsAsync(Totals, 6);
    }

    [Fact]
    public async Task A_call_has_services_of_a_scope_of_its_own()
    {
        await using var host = new TestHost();
        host.Builder.Services.AddSingleton(new ConcurrentQueue<Prices>());
        host.Builder.Services.AddScoped<Prices>();
        host.Builder.Services.AddDataflow().AddPipeline("orders", (pipeline, services) =>
        {
            pipeline.From(Orders)
                .MapAsync(services.Scoped((Prices prices, Order order, CancellationToken stop) => prices.TotalAsync(order, stop)))
                .To(Totals);
        });
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("orders", [new Order("tea", 2), new Order("cups", 1)]);
        await host.UntilIsAsync(Totals, 4, 6);

        var disposed = host.Services.GetRequiredService<ConcurrentQueue<Prices>>();
        Assert.Equal(2, disposed.Distinct().Count());
    }

    [Fact]
    public async Task A_table_s_reader_is_a_service_once_the_job_runs()
    {
        await using var host = new TestHost();
        var builder = host.Builder;
        builder.Services.AddDataflow()
            .AddPipeline("totals", (pipeline, _) => pipeline.From(Orders).KeyBy(order => order.Item)
                .Aggregate(a => a.Sum(order => order.Pieces), (item, pieces) => pieces))
            .AddReader((job, totals) => job.Read(totals));

        Assert.StartsWith(
            "Pipeline 'totals' has not started yet",
            Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<TableReader<string, long>>()).Message,
            StringComparison.Ordinal);
        await host.Host.StartAsync(host.Stop);
        host.Log.Append("orders", [new Order("tea", 2), new Order("tea", 3)]);
        await host.UntilReadAsync("totals", 2);
        var reader = host.Services.GetRequiredService<TableReader<string, long>>();
        await host.UntilAsync(() => reader.GetAsync("tea", host.Stop).Result.Row == 5);

        Assert.Same(reader, host.Services.GetRequiredService<TableReader<string, long>>());
        Assert.StartsWith(
            "The host has no pipeline 'total'. It has 'totals'.",
            Assert.Throws<ArgumentException>(() => host.Jobs.Get("total")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_of_ASP_NET_serves_a_table_and_the_checks_beside_its_own_endpoints()
    {
        var stop = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = folder.Path });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddDataflow()
            .AddPipeline("totals", (pipeline, _) => pipeline.From(Source.Of([new Order("tea", 2), new("cups", 1)]))
                .KeyBy(order => order.Item).Aggregate(a => a.Sum(order => order.Pieces), (item, pieces) => pieces))
            .AddReader((job, totals) => job.Read(totals))
            .AddPipeline("waits", (pipeline, _) => pipeline.From(Orders).Select(order => order.Pieces).To(Totals));
        builder.Services.AddHealthChecks().AddDataflow();
        await using var app = builder.Build();
        app.MapGet("/hello", () => "Hello");
        app.MapGet("/waiting", (DataflowJobs jobs) => jobs.Get("waits").Status.RecordsRead);
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        await app.StartAsync(stop);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await app.Services.GetRequiredService<DataflowJobs>().WhenStartedAsync("waits", stop);
        await app.Services.GetRequiredService<DataflowJobs>().WhenStartedAsync("totals", stop);

        Assert.Equal("Hello", await client.GetStringAsync(new Uri("/hello", UriKind.Relative), stop));
        Assert.Equal("0", await client.GetStringAsync(new Uri("/waiting", UriKind.Relative), stop));
        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/health/ready", UriKind.Relative), stop));
        await app.StopAsync(stop);
    }

    public sealed record Order(string Item, int Pieces);

    public sealed class Prices(IServiceProvider services) : IDisposable
    {
        private readonly ConcurrentQueue<Prices>? _disposed = services.GetService<ConcurrentQueue<Prices>>();

        private int PerLetter { get; } = 1;

        public int Total(Order order) => order.Pieces * order.Item.Length * PerLetter;

        public Task<int> TotalAsync(Order order, CancellationToken stop) => Task.FromResult(Total(order));

        public void Dispose() => _disposed?.Enqueue(this);
    }
}
