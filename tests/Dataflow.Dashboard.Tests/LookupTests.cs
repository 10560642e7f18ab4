using System.Net;
using System.Text.Json.Nodes;
using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Tests;
using Dataflow.Vectors;

namespace Dataflow.Dashboard.Tests;

/// <summary>Tables, features and indexes that a pipeline offers.</summary>
public sealed class LookupTests(Chromium chromium)
{
    private static readonly DashboardServerOptions s_values = new() { ShowsValues = true };
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Answers_with_a_row_of_a_table()
    {
        await using var watched = await WatchedJob.OrdersAsync(s_values);

        var found = await watched.GetAsync("api/v1/jobs/orders/lookups/customers?question=3");
        var none = await watched.GetAsync("api/v1/jobs/orders/lookups/customers?question=33");

        Assert.Equal("""[["number","3"],["city","city 3"]]""", found["rows"]!.ToJsonString());
        Assert.Equal(("There is no row of that key.", "[]"), ((string)none["note"]!, none["rows"]!.ToJsonString()));
        var (status, detail) = await watched.SendAsync(HttpMethod.Get, "api/v1/jobs/orders/lookups/customers?question=x");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "The question is not a Int32. Write it as JSON."), (status, detail));
        Assert.Equal(HttpStatusCode.NotFound, (await watched.SendAsync(HttpMethod.Get, "api/v1/jobs/orders/lookups/no?question=1")).Status);
    }

    [Fact]
    public async Task Answers_with_features_as_of_a_time_and_with_the_nearest_rows()
    {
        await using var shop = await ShopAsync(s_values);

        var answer = await shop.GetAsync("api/v1/jobs/shop/lookups/spending?question=ada&at=2026-01-01T12:01:00Z");
        var nearest = await shop.GetAsync("api/v1/jobs/shop/lookups/drinks?question=1,0");

        var rows = answer["rows"]!.AsArray();
        Assert.Equal(["orders_1h", "price_mean_1h"], rows.Select(row => (string)row![0]!));
        Assert.Equal(["60", "Partial"], rows[0]!.AsArray().Skip(1).Take(2).Select(text => (string)text!));
        Assert.Equal("tea", (string)nearest["rows"]![0]![1]!);
        var (status, _) = await shop.SendAsync(HttpMethod.Get, "api/v1/jobs/shop/lookups/spending?question=ada&at=noon");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
    }

    [Fact]
    public async Task Samples_show_missing_values_and_drift()
    {
        await using var shop = await ShopAsync(s_values);
        var partial = await FieldsAsync(shop); // of less than the window's hour

        await SellAsync(hours: 2, price: 30, total: 2462);
        var first = await FieldsAsync(shop);
        await SellAsync(hours: 3, price: 500, total: 4862);
        var second = await FieldsAsync(shop);

        Assert.Null(Last(partial["price_mean_1h"]!)["psi"]);

        Assert.Equal((0.0, 0.0), ((double)Last(first["price_mean_1h"]!)["missing"]!, Psi(first["price_mean_1h"]!)));
        Assert.True(Psi(second["price_mean_1h"]!) > 0.25, second["price_mean_1h"]!.ToJsonString());
        Assert.Equal("mean over 01:00:00 by 00:05:00", (string)second["price_mean_1h"]!["definition"]!);

        async Task SellAsync(int hours, double price, int total)
        {
            shop.Log.Append("in", Enumerable.Range(0, 60).SelectMany(
                second => Names(40).Select(name => new Sale(s_noon.AddHours(hours).AddSeconds(second), name, price))));
            await shop.WaitAsync(status => status.RecordsRead == total && status.Lag == 0);
            shop.Tick(60);
        }
    }

    [Fact]
    public async Task Without_values_there_are_definitions_and_no_answers()
    {
        await using var shop = await ShopAsync(new DashboardServerOptions());

        Assert.Equal(2, (await FieldsAsync(shop)).Count);
        var (status, _) = await shop.SendAsync(HttpMethod.Get, "api/v1/jobs/shop/lookups/spending?question=ada");
        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    [Fact]
    public async Task The_page_has_a_form_for_each()
    {
        await using var shop = await ShopAsync(s_values);

        var shown = await chromium.RunAsync("lookup", new { url = shop.Server.Uri, job = "shop" });

        Assert.Equal("[]", shown["problems"]!.ToJsonString());
        Assert.Equal("[]", shown["violations"]!.ToJsonString());
        Assert.Equal("""["orders_1h","60","Partial","2026-01-01 12:00:59"]""", shown["features"]!.ToJsonString());
        Assert.Equal("tea", (string)shown["nearest"]!);
        Assert.Equal("The question is not a Boolean. Write it as JSON.", (string)shown["refused"]!);
    }

    private static async Task<WatchedJob> ShopAsync(DashboardServerOptions options)
    {
        var pipeline = new Pipeline("shop");
        var sales = pipeline.From(Topic.Of<Sale>("in", partitions: 1)).WithEventTime(sale => sale.Time, TimeSpan.Zero);
        var view = sales.KeyBy(sale => sale.Customer).FeatureView("sales", v =>
        {
            v.Aggregate("orders", a => a.Count(), [TimeSpan.FromHours(1)]);
            v.Aggregate("price_mean", a => a.Mean(sale => sale.Price), [TimeSpan.FromHours(1)], description: "what an order costs");
        });
        var drinks = VectorIndex.Exact<string, Drink>(dimensions: 2);
        pipeline.Table(Source.Of([new Drink("tea", [1, 0]), new("milk", [0, 1])], "drinks"), drink => drink.Name)
            .ToIndex(drinks, drink => drink.Taste);
        pipeline.Offer(FeatureService.Of<string>("spending", s => s.From(view, customer => customer)).Serve().ToLookup())
            .Offer(drinks.ToLookup("drinks", text => [.. text.Split(',').Select(part => float.Parse(part, null))]))
            .Offer(Lookup.Of("flags", sales.KeyBy(sale => sale.Price > 100).LatestBy(sale => sale.Time)));
        var watched = await WatchedJob.StartAsync(pipeline, options: options, jobOptions: new JobOptions { Workers = 1 });
        var ada = Enumerable.Range(0, 60).Select(second => new Sale(s_noon.AddSeconds(second), "ada", second));
        watched.Log.Append("in", ada);
        await watched.WaitAsync(status => status.RecordsRead >= 62 && status.Lag == 0);
        watched.Tick();
        return watched;
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(number => $"customer {number}");

    private static JsonNode Last(JsonNode field) => field["samples"]!.AsArray()[^1]!;

    private static double Psi(JsonNode field) => (double)Last(field)["psi"]!;

    private static async Task<Dictionary<string, JsonNode>> FieldsAsync(WatchedJob watched)
        => (await watched.GetAsync("api/v1/jobs/shop/lookups"))["lookups"]![0]!["fields"]!.AsArray()
            .ToDictionary(field => (string)field!["name"]!, field => field!);
}

public sealed record Sale(DateTimeOffset Time, string Customer, double Price);

public sealed record Drink(string Name, float[] Taste);
