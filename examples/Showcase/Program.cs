using System.Runtime.InteropServices;
using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Onnx;
using Showcase;

var folder = Directory.CreateTempSubdirectory("dataflow-showcase-").FullName;
await using var log = LogStore.Open(folder);

var pipeline = new Pipeline("orders") { OnError = ErrorPolicy.DeadLetter() };
var customers = pipeline.Table(Source.Of(Orders.AllCustomers, "customers"), customer => customer.Name);

var orders = pipeline.From(new Orders("the station", "the market", "the airport", "the harbour"))
    .Select(order => order.Cents > 0 ? order : throw new ArgumentException("An order has no price."), name: "validate")
    .WithEventTime(order => order.Time, maxOutOfOrderness: TimeSpan.FromSeconds(2), idleAfter: TimeSpan.FromSeconds(3))
    .KeyBy(order => order.Customer)
    .Join(customers, (order, customer) => new CheckedOrder(order, customer.City, 0), name: "with-customer")
    .Values()
    .MapAsync(Risk.CheckAsync, new AsyncOptions { Concurrency = 16 }, name: "check-risk");

orders.KeyBy(order => order.Order.Product)
    .Window(Hopping.Of(TimeSpan.FromMinutes(1), every: TimeSpan.FromSeconds(10)), name: "revenue")
    .Aggregate(
        a => (a.Count(), a.Sum(order => order.Order.Cents), a.Max(order => order.Risk)),
        (product, window, count, cents, risk) => new Revenue(product, window.End, count, cents, risk))
    .To(Topic.Of<Revenue>("revenue", partitions: 2));

orders.Where(order => order.Risk > 0.99, name: "risky")
    .KeyBy(order => order.Order.Customer)
    .LatestBy(order => order.Order.Time, name: "last-risk")
    .To(Topic.Of<CheckedOrder>("risky-customers", partitions: 2));

var models = new ModelVersions("pairs of letters", new Letters(2));
models.Add("triples of letters", new Letters(3));
orders.Embed(
        models, order => $"{order.Order.Product} for {order.Order.Customer}",
        (order, found) => new ReadOrder(order.Order.Product, found.Version, found.Vector), name: "embed")
    .To(Topic.Of<ReadOrder>("read-orders", partitions: 2));

var spending = orders.KeyBy(order => order.Order.Customer).FeatureView("spending", v =>
{
    v.Aggregate("orders", a => a.Count(), [TimeSpan.FromMinutes(1)], defaultValue: 0, description: "orders of the last minute");
    v.Aggregate("cents", a => a.Mean(order => order.Order.Cents), [TimeSpan.FromMinutes(1)], description: "what an order costs");
});
pipeline.Offer(Lookup.Of("customers", customers));
pipeline.Offer(FeatureService.Of<string>("spending", s => s.From(spending, customer => customer)).Serve().ToLookup());

await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromSeconds(2) });
_ = models.TryAsync("triples of letters"); // beside the other, until somebody decides
// Values are shown, since nobody's are: these orders are made up.
var options = new DashboardServerOptions { ShowsValues = true, ActionToken = "showcase" };
await using var page = await DashboardServer.StartAsync(job, options);
Console.WriteLine($"Open {page.Uri} in a browser; the token for actions is 'showcase'. Ctrl-C ends it.");

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await job.Completion;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    _ = job.StopAsync();
}
