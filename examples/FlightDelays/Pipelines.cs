using Dataflow;
using Dataflow.Arrow;

namespace FlightDelays;

/// <summary>The two pipelines of the example; they meet in the topic <c>flights</c>.</summary>
internal static class Pipelines
{
    public static readonly Topic<Flight> Flights = Topic.Of<Flight>("flights", partitions: 4);
    public static readonly Topic<AirportDelay> AirportDelays = Topic.Of<AirportDelay>("airport-delays", partitions: 4);

    /// <summary>Brings the file into the log, each flight once, by airport.</summary>
    public static Pipeline Ingest(string parquet)
    {
        var pipeline = new Pipeline("flights-ingest");
        pipeline.From(Source.Parquet<Flight>(parquet))
            .KeyBy(flight => flight.Origin)
            .To(Flights);
        return pipeline;
    }

    /// <summary>Computes the features, into a topic and into an Arrow file.</summary>
    /// <param name="airportsCsv">The file of the airports.</param>
    /// <param name="arrow">The Arrow file; on Kafka a directory, in which each process writes a part.</param>
    public static Pipeline Features(string airportsCsv, string arrow)
    {
        var pipeline = new Pipeline("flight-delays");
        var airports = pipeline.Table(Source.Csv<Airport>(airportsCsv), airport => airport.Iata);

        var delays = pipeline.From(Flights.StopAtEnd())
            .WithEventTime(flight => flight.Date, maxOutOfOrderness: TimeSpan.FromMinutes(10))
            .KeyBy(flight => flight.Origin)
            .Window(Hopping.Of(TimeSpan.FromHours(6), every: TimeSpan.FromHours(1)))
            .Aggregate(
                a => (a.Count(), a.Mean(flight => flight.Delay), a.Max(flight => flight.Delay)),
                (airport, window, flights, mean, worst) => new AirportDelay(airport, window.End, flights, mean, worst))
            .Join(airports, (delay, airport) => delay with { City = airport.City });

        delays.To(AirportDelays);
        delays.To(Sink.Arrow<AirportDelay>(arrow));
        return pipeline;
    }
}
