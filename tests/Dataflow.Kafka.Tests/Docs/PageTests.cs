using System.Diagnostics;

namespace Dataflow.Kafka.Tests.Docs;

/// <summary>The programs of the manual's page, the README and the comments.</summary>
public class PageTests(SharedNode shared)
{
    [Fact]
    public void Sources_and_sinks_are_planned()
    {
        const string password = "a-secret";
        var kafka = new KafkaCluster("broker-1:9092,broker-2:9092")
            .With("security.protocol", "SASL_SSL")
            .With("sasl.mechanism", "SCRAM-SHA-512")
            .With("sasl.username", "shop")
            .With("sasl.password", password);

        var pipeline = new Pipeline("shop");
        var pages = pipeline.Table(Source.KafkaTable<string, Page>("pages", kafka, stopAtEnd: true));
        pipeline.From(Source.KafkaRecords<string, Click>("clicks", kafka, start: KafkaStart.Latest))
            .Where(click => click.HasKey && click.Headers.Count > 0)
            .KeyBy(click => click.Key!)
            .Join(pages, (click, page) => new KafkaRecord<string, string>(click.Key, page.Title) { Headers = click.Headers })
            .To(Sink.KafkaRecords<string, string>("titles", kafka));
        pages.Changes().Pairs.To(Sink.KafkaTable<string, Page>("pages-again", kafka));
        var products = pipeline.Table(Source.Debezium<int, Product>("shop.public.products", kafka));
        products.Where(product => product.UnitPrice > 100).Changes().Values().To(Sink.Kafka<Change<Product>>("dear", kafka));

        Assert.Contains("exactly once for readers of committed records", pipeline.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_counts_clicks_over_Kafka_and_carries_on()
    {
        shared.Node.CreateTopic("clicks", 4);
        shared.Node.CreateTopic("minutes", 2);
        using var folder = new TemporaryFolder();

        var lines = (await RunExampleAsync(folder, "--kafka", shared.Node.Address)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, lines.Length);
        Assert.Contains("12:00 home: 20", lines);
        Assert.Contains("12:04 search: 40", lines);
        Assert.Equal("", await RunExampleAsync(folder, "--kafka", shared.Node.Address)); // all is done
    }

    [Fact]
    public async Task The_example_says_what_it_needs()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("--bootstrap-server HOST:PORT --create --topic clicks", await RunExampleAsync(folder), StringComparison.Ordinal);
        Assert.Contains("it did not answer", await RunExampleAsync(folder, "--kafka", "127.0.0.1:1"), StringComparison.Ordinal);
    }

    private static async Task<string> RunExampleAsync(TemporaryFolder folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "ClicksOverKafka.dll"), .. arguments])
        {
            WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output + await errors;
    }

    private sealed record Click(string Page);

    private sealed record Page(string Title);

    private sealed record Product(int Id, decimal UnitPrice, string? Name);
}
