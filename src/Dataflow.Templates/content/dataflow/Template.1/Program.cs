using Dataflow;
using Dataflow.Hosting;
using Template._1;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddDataflow()
    .AddPipeline("orders", (pipeline, _) => pipeline
        .From(Source.AsyncEnumerable(count => SampleOrders.BehindAsync(count), isBounded: false))
        .To(SalesPipeline.Orders))
    .AddPipeline("sales", (pipeline, _) => SalesPipeline.Define(pipeline).To(Sink.Console<ItemSales>()));
builder.Build().Run();
