namespace Dataflow.FSharp

open System
open Dataflow
open Dataflow.Testing

type Order = { Minute: int; Item: string; Pieces: int }

type Sum = { From: DateTimeOffset; Of: string; Total: int64; Largest: int }

/// What an order may hold beside: options, lists and structs.
type Note =
    { Text: string option
      Tags: string list
      Place: struct (int * string) }

/// Values that are refused: a map, and a union of cases with values.
type Stock = { Pieces: Map<string, int> }

type Payment =
    | Cash
    | Card of number: string

type Bill = { Paid: Payment }

/// What is kept for each item: a record in state.
type Seen = { Count: int; Last: Order }

/// Counts the orders of an item, and keeps the last one.
type Counting() =
    inherit KeyedProcess<string, Order, string>()

    let mutable seen = Unchecked.defaultof<ValueState<Seen>>

    override _.Open states = seen <- states.Value<Seen> "seen"

    override _.OnRecord(record, context) =
        let order = record.Value
        let isKnown, before = seen.TryGet()
        let now = { Count = (if isKnown then before.Count else 0) + 1; Last = order }
        seen.Update() <- now
        context.Emit $"{order.Item} {now.Count} {now.Last.Pieces}"

/// A pipeline in F#, which knows no extension members of C# 14: verbs are extension methods, sources and sinks static members.
module Orders =
    let private orders =
        [| { Minute = 0; Item = "tea"; Pieces = 2 }
           { Minute = 1; Item = "cups"; Pieces = 1 }
           { Minute = 2; Item = "tea"; Pieces = 4 }
           { Minute = 11; Item = "tea"; Pieces = 8 }
           { Minute = 12; Item = "rum"; Pieces = 0 } |]

    let private run (pipeline: Pipeline) log =
        pipeline.RunAsync(JobOptions(Log = log, Workers = 1))

    /// Event time, keys, windows and two aggregates.
    let windows () =
        task {
            use log = SimulatedJob.OpenLog()
            let pipeline = Pipeline "windows"
            let sums = Sink.Memory<Sum>()

            pipeline
                .From(Source.Of orders)
                .WithEventTime(fun order -> DateTimeOffset.UnixEpoch.AddMinutes order.Minute)
                .Where(fun order -> order.Pieces > 0)
                .Select(fun order -> { order with Item = order.Item.ToUpperInvariant() })
                .KeyBy(fun order -> order.Item)
                .Window(Tumbling.Every(TimeSpan.FromMinutes 10.0))
                .Aggregate(
                    (fun a -> struct (a.Sum(fun order -> int64 order.Pieces), a.Max(fun order -> order.Pieces))),
                    (fun item window total largest -> { From = window.Start; Of = item; Total = total; Largest = largest })
                )
                .To(sums)

            do! run pipeline log
            return sums.Committed
        }

    /// Records in a topic, and in state that a second run restores.
    let states () =
        task {
            use log = SimulatedJob.OpenLog()
            let topic = Topic.Of<Order> "orders"
            let counts = Sink.Memory<string>()

            for turn in 1..2 do
                let writing = Pipeline $"writing-{turn}"
                writing.From(Source.Of orders).To(topic)
                do! run writing log

                let counting = Pipeline "counting"

                counting
                    .From(topic)
                    .KeyBy(fun order -> order.Item)
                    .Process(fun () -> Counting() :> KeyedProcess<_, _, _>)
                    .Values()
                    .To(counts)

                let job = SimulatedJob.Start(counting, log)
                job.RunUntilIdle()
                job.Checkpoint()
                job.Close()

            return counts.Committed
        }
