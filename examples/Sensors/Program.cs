using Dataflow;
using Dataflow.Dashboard;
using Dataflow.Hosting;

// Measurements of a CSV file go to a topic, lines that are wrong to the dead letters; a second pipeline says which sensors are silent.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Alarm>();
builder.Services.AddDataflow()
    .AddPipeline("import", Sensors.Import, options => options.OnError = ErrorPolicy.DeadLetter(maxDeadLetters: 1000))
    .AddPipeline("watch", Sensors.Watch)
    .AddReader((job, newest) => job.Read(newest));
builder.Services.AddHealthChecks().AddDataflow();

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapDataflowDashboard(() => app.Services.GetRequiredService<DataflowJobs>().All, options: new() { ShowsValues = true });

// The newest measurement of a sensor: GET /sensors/attic
app.MapGet("/sensors/{sensor}", async (string sensor, TableReader<string, Measurement> newest) =>
    await newest.GetAsync(sensor) is { Exists: true, Row: var row } ? Results.Ok(row) : Results.NotFound());
app.Run();

[DataflowRecord]
public sealed record Measurement(DateTimeOffset Time, string Sensor, double Celsius);

internal static class Sensors
{
    private static readonly Topic<Measurement> s_measurements = Topic.Of<Measurement>("measurements", partitions: 1);

    public static void Import(Pipeline pipeline, IServiceProvider services)
        => pipeline.From(Source.Csv<Measurement>(Path.Combine(AppContext.BaseDirectory, "measurements.csv"))).To(s_measurements);

    /// <summary>Tells of sensors that are silent for ten minutes; returns the newest measurement of each.</summary>
    public static Table<string, Measurement> Watch(Pipeline pipeline, IServiceProvider services)
    {
        var alarm = services.GetRequiredService<Alarm>();
        var bySensor = pipeline.From(s_measurements)
            .WithEventTime(measurement => measurement.Time, maxOutOfOrderness: TimeSpan.FromSeconds(30))
            .KeyBy(measurement => measurement.Sensor);

        bySensor.Process(() => new Silence())
            .Values()
            .MapAsync(alarm.RaiseAsync)
            .To(Topic.Of<Silent>("silences", partitions: 1));

        var newest = bySensor.LatestBy(measurement => measurement.Time);
        pipeline.Offer(Lookup.Of("newest", newest));
        return newest;
    }
}

public sealed record Silent(string Sensor, DateTimeOffset Since);

/// <summary>Notices a sensor from which nothing has come for a while, by the time of the others' measurements.</summary>
internal sealed class Silence : KeyedProcess<string, Measurement, DateTimeOffset, Silent>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    public override void OnRecord(in Record<Measurement> record, ref DateTimeOffset due, ProcessContext<string, Silent> context)
    {
        context.DeleteTimer(due);
        due = record.Time + s_patience;
        context.SetTimer(due);
    }

    public override void OnTimer(long timestamp, ref DateTimeOffset due, ProcessContext<string, Silent> context)
    {
        context.Emit(new(context.Key, due - s_patience));
        context.ClearState();
    }
}

/// <summary>A service of the application that a step calls.</summary>
internal sealed partial class Alarm(ILogger<Alarm> logger)
{
    public Task<Silent> RaiseAsync(Silent silent)
    {
        Raised(logger, silent.Sensor, silent.Since);
        return Task.FromResult(silent);
    }

    [LoggerMessage(1, LogLevel.Warning, "Sensor {Sensor} is silent since {Since:HH:mm}.")]
    private static partial void Raised(ILogger logger, string sensor, DateTimeOffset since);
}
