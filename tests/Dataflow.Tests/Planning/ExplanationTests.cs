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
          stage 2
             3 exchange (by key (String))
             4 cities
             9 exchange (by key (String))
            10 window (hopping 00:01:00 every 00:00:20)
            11 window-aggregate (count, sum, max)
            12 join (with cities) <- 11, 4
            13 city-fares (topic, exactly once)
            14 process <- 9
            15 city-pauses (topic, exactly once)
          stage 3
             5 trips
             6 where
             7 event-time (lateness 00:00:05, idle after 00:00:05)
             8 key-by

        """,
        Trips.Pipeline().Explain().ToString());

    [Fact]
    public void Shows_a_diagram() => Assert.Equal(
        """
        flowchart LR
          subgraph stage1["stage 1"]
            n1["cities (read before streams start)"]
            n2["key-by"]
          end
          subgraph stage2["stage 2"]
            n3["exchange (by key (String))"]
            n4["cities"]
            n9["exchange (by key (String))"]
            n10["window (hopping 00:01:00 every 00:00:20)"]
            n11["window-aggregate (count, sum, max)"]
            n12["join (with cities)"]
            n13["city-fares (topic, exactly once)"]
            n14["process"]
            n15["city-pauses (topic, exactly once)"]
          end
          subgraph stage3["stage 3"]
            n5["trips"]
            n6["where"]
            n7["event-time (lateness 00:00:05, idle after 00:00:05)"]
            n8["key-by"]
          end
          n1 --> n2
          n2 ==> n3
          n3 --> n4
          n5 --> n6
          n6 --> n7
          n7 --> n8
          n8 ==> n9
          n9 --> n10
          n10 --> n11
          n11 --> n12
          n4 -.-> n12
          n12 --> n13
          n9 --> n14
          n14 --> n15

        """,
        Trips.Pipeline().Explain().ToMermaid());

    [Fact]
    public void Shows_side_streams_gathers_and_copies_of_tables()
    {
        var pipeline = new Pipeline("flights");
        var airports = pipeline.Table(Source.Of(["a"], "airports"), code => code);
        var flights = pipeline.From(Source.Of([new Reading("a", 1, 2)], "flights")).WithEventTime(f => f.TimeMs).KeyBy(f => f.Sensor);
        flights.Window(Tumbling.Every(TimeSpan.FromHours(1)), out var late).Aggregate(a => a.Mean(f => f.Value), (code, _, mean) => (code, mean))
            .Join(airports, (x, _) => x, name: "origin").Values().KeyBy(x => x.code + "!").Join(airports, (x, _) => x, name: "destination")
            .To(Sink.Memory<(string, double)>());
        late.Values().MapAsync(Task.FromResult).To(Sink.Memory<Reading>("late"));

        Assert.Equal(
            """
            Pipeline 'flights'
              stage 1
                 1 airports (read before streams start)
                 2 key-by
              stage 2
                 3 exchange (by key (String))
                 4 airports
                 8 exchange (by key (String))
                 9 window (tumbling 01:00:00)
                10 window-late (from window)
                11 window-aggregate (mean) <- 9
                12 origin (with airports) <- 11, 4
                13 values
                14 key-by
                22 values <- 10
                23 map-async (16 in flight)
              stage 3
                 5 flights
                 6 event-time (lateness 00:00:00, idle after 00:00:05)
                 7 key-by
              stage 4
                15 exchange (by key (String))
                16 exchange (by key (String)) <- 2
                17 airports-2
                18 destination (with airports-2) <- 15, 17
                19 values
              stage 5
                20 gather (to one writer)
                21 memory (exactly once within the process)
              stage 6
                24 gather (to one writer)
                25 late (exactly once within the process)

            """,
            pipeline.Explain().ToString());
    }
}
