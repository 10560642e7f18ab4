namespace FlightDelays;

/// <summary>A row of flights.parquet.</summary>
public sealed record Flight(DateTime Date, int Delay, int Distance, string Origin, string Destination);

/// <summary>A row of airports.csv.</summary>
public sealed record Airport(string Iata, string Name, string City, string State);

/// <summary>The feature: how late an airport was over the last six hours, every hour.</summary>
public sealed record AirportDelay(string Airport, DateTimeOffset WindowEnd, long Flights, double MeanDelay, int WorstDelay)
{
    /// <summary>Filled in by the join.</summary>
    public string City { get; init; } = "";
}
