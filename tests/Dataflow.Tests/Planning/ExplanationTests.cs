using Dataflow.CrashTarget;

namespace Dataflow.Tests.Planning;

public class ExplanationTests
{
    [Fact]
    public void Shows_stages_steps_and_exchanges_as_text() => Assert.Equal(
        """
        Pipeline 'trips'
          stage 1
             1 cities (read before streams start)
             2 key-by
             3 rows
          stage 2
             4 exchange (by key (String))
             5 cities
            10 exchange (by key (String))
            11 window (hopping 00:01:00 every 00:00:20)
            12 window-aggregate (count, sum, max)
            13 join (with cities) <- 12, 5
            14 city-fares (topic, exactly once)
            15 process <- 10
            16 city-pauses (topic, exactly once)
          stage 3
             6 trips
             7 where
             8 event-time (out of order by 00:00:05, idle after 00:00:05)
             9 key-by

        """,
        Trips.Pipeline().Explain().ToString());

    [Fact]
    public void Shows_a_diagram() => Assert.Equal(
        """
        flowchart LR
          subgraph stage1["stage 1"]
            n1["cities (read before streams start)"]
            n2["key-by"]
            n3["rows"]
          end
          subgraph stage2["stage 2"]
            n4["exchange (by key (String))"]
            n5["cities"]
            n10["exchange (by key (String))"]
            n11["window (hopping 00:01:00 every 00:00:20)"]
            n12["window-aggregate (count, sum, max)"]
            n13["join (with cities)"]
            n14["city-fares (topic, exactly once)"]
            n15["process"]
            n16["city-pauses (topic, exactly once)"]
          end
          subgraph stage3["stage 3"]
            n6["trips"]
            n7["where"]
            n8["event-time (out of order by 00:00:05, idle after 00:00:05)"]
            n9["key-by"]
          end
          n1 --> n2
          n2 --> n3
          n3 ==> n4
          n4 --> n5
          n6 --> n7
          n7 --> n8
          n8 --> n9
          n9 ==> n10
          n10 --> n11
          n11 --> n12
          n12 --> n13
          n5 -.-> n13
          n13 --> n14
          n10 --> n15
          n15 --> n16

        """,
        Trips.Pipeline().Explain().ToMermaid());

    [Fact]
    public void Shows_side_streams_gathers_and_copies_of_tables()
    {
        var pipeline = new Pipeline("flights");
        var airports = pipeline.Table(Source.Of(["a"], "airports"), code => code);
        var flights = pipeline.From(Source.Of([new Reading("a", 1, 2)], "flights")).WithEventTime(f => f.TimeMs).KeyBy(f => f.Sensor);
        flights.Window(Tumbling.Every(TimeSpan.FromHours(1)), out var late)
            .Aggregate(a => a.Mean(f => f.Value), (code, _, mean) => (code, mean))
            .Join(airports, (x, _) => x, name: "origin").Values().KeyBy(x => x.code + "!").Join(airports, (x, _) => x, name: "destination")
            .To(Sink.Memory<(string, double)>());
        late.Values().MapAsync(Task.FromResult).To(Sink.Memory<Reading>("late"));

        Assert.Equal(
            """
            Pipeline 'flights'
              stage 1
                 1 airports (read before streams start)
                 2 key-by
                 3 rows
              stage 2
                 4 exchange (by key (String))
                 5 airports
                 9 exchange (by key (String))
                10 window (tumbling 01:00:00)
                11 window-late (from window)
                12 window-aggregate (mean) <- 10
                13 origin (with airports) <- 12, 5
                14 values
                15 key-by
                23 values <- 11
                24 map-async (16 in flight)
              stage 3
                 6 flights
                 7 event-time (out of order by 00:00:00, idle after 00:00:05)
                 8 key-by
              stage 4
                16 exchange (by key (String))
                17 exchange (by key (String)) <- 3
                18 airports-2
                19 destination (with airports-2) <- 16, 18
                20 values
              stage 5
                21 gather (to one writer)
                22 memory (exactly once within the process)
              stage 6
                25 gather (to one writer)
                26 late (exactly once within the process)

            """,
            pipeline.Explain().ToString());
    }
}
