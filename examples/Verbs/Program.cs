using Verbs;

// A small example for each verb, which the pages in src/docs/verbs show: dotnet run --project examples/Verbs -- join-as-of
var examples = new Dictionary<string, Func<Task>>
{
    ["where"] = WhereExample.RunAsync,
    ["select"] = SelectExample.RunAsync,
    ["select-many"] = SelectManyExample.RunAsync,
    ["split"] = SplitExample.RunAsync,
    ["union"] = UnionExample.RunAsync,
    ["key-by"] = KeyByExample.RunAsync,
    ["with-event-time"] = WithEventTimeExample.RunAsync,
    ["deduplicate"] = DeduplicateExample.RunAsync,
    ["window"] = WindowExample.RunAsync,
    ["window-all"] = WindowAllExample.RunAsync,
    ["tumbling"] = TumblingExample.RunAsync,
    ["hopping"] = HoppingExample.RunAsync,
    ["cumulating"] = CumulatingExample.RunAsync,
    ["calendar"] = CalendarExample.RunAsync,
    ["session"] = SessionExample.RunAsync,
    ["sliding"] = SlidingExample.RunAsync,
    ["counting"] = CountingExample.RunAsync,
    ["global"] = GlobalExample.RunAsync,
    ["trigger"] = TriggerExample.RunAsync,
    ["trigger-early-every"] = TriggerEarlyEveryExample.RunAsync,
    ["aggregate"] = AggregateExample.RunAsync,
    ["aggregate-by-key"] = AggregateByKeyExample.RunAsync,
    ["counts"] = CountsExample.RunAsync,
    ["sums"] = SumsExample.RunAsync,
    ["extremes"] = ExtremesExample.RunAsync,
    ["ranked"] = RankedExample.RunAsync,
    ["quantiles"] = QuantilesExample.RunAsync,
    ["decayed"] = DecayedExample.RunAsync,
    ["custom"] = CustomExample.RunAsync,
    ["drift"] = DriftExample.RunAsync,
    ["join-table"] = JoinTableExample.RunAsync,
    ["join-streams"] = JoinStreamsExample.RunAsync,
    ["join-interval"] = JoinIntervalExample.RunAsync,
    ["join-interval-by"] = JoinIntervalByExample.RunAsync,
    ["join-window"] = JoinWindowExample.RunAsync,
    ["co-group"] = CoGroupExample.RunAsync,
    ["join-as-of"] = JoinAsOfExample.RunAsync,
    ["join-broadcast"] = JoinBroadcastExample.RunAsync,
    ["table"] = TableExample.RunAsync,
    ["to-table"] = ToTableExample.RunAsync,
    ["top-n"] = TopNExample.RunAsync,
    ["table-select"] = TableSelectExample.RunAsync,
    ["changes"] = ChangesExample.RunAsync,
    ["group-by"] = GroupByExample.RunAsync,
    ["join-tables"] = JoinTablesExample.RunAsync,
    ["join-by-foreign-key"] = JoinByForeignKeyExample.RunAsync,
    ["read"] = ReadExample.RunAsync,
    ["process"] = ProcessExample.RunAsync,
    ["process-states"] = ProcessStatesExample.RunAsync,
    ["process-timers"] = ProcessTimersExample.RunAsync,
    ["process-side-output"] = ProcessSideOutputExample.RunAsync,
    ["process-broadcast"] = ProcessBroadcastExample.RunAsync,
    ["match"] = MatchExample.RunAsync,
    ["match-repeats"] = MatchRepeatsExample.RunAsync,
    ["match-timed-out"] = MatchTimedOutExample.RunAsync,
    ["after-match"] = AfterMatchExample.RunAsync,
    ["map-async"] = MapAsyncExample.RunAsync,
    ["map-async-by-key"] = MapAsyncByKeyExample.RunAsync,
    ["map-rows-async"] = MapRowsAsyncExample.RunAsync,
    ["lookup"] = LookupExample.RunAsync,
    ["batch"] = BatchExample.RunAsync,
    ["check"] = CheckExample.RunAsync,
    ["feature-view"] = FeatureViewExample.RunAsync,
    ["join-features"] = JoinFeaturesExample.RunAsync,
    ["find-skew"] = FindSkewExample.RunAsync,
    ["updates"] = UpdatesExample.RunAsync,
    ["to-index"] = ToIndexExample.RunAsync,
    ["dead-letters"] = DeadLettersExample.RunAsync,
    ["dead-letters-nightly"] = DeadLettersNightlyExample.RunAsync,
    ["memory"] = MemoryExample.RunAsync,
    ["channel"] = ChannelExample.RunAsync,
    ["async-enumerable"] = AsyncEnumerableExample.RunAsync,
    ["read-async"] = ReadAsyncExample.RunAsync,
    ["csv"] = CsvExample.RunAsync,
    ["json-lines"] = JsonLinesExample.RunAsync,
    ["order-by"] = OrderByExample.RunAsync,
    ["topics"] = TopicsExample.RunAsync,
    ["table-topic"] = TableTopicExample.RunAsync,
    ["use-serde"] = UseSerdeExample.RunAsync,
    ["run"] = RunExample.RunAsync,
    ["forget"] = ForgetExample.RunAsync,
    ["explain"] = ExplainExample.RunAsync,
};

if (args is not ["all"] && (args is not [var one] || !examples.ContainsKey(one)))
{
    Console.WriteLine($"usage: Verbs EXAMPLE\n\nEXAMPLE is 'all' or one of\n  {string.Join("\n  ", examples.Keys)}");
    return args is [] or ["--help" or "-h"] ? 0 : 2;
}

foreach (var (name, example) in examples)
{
    if (args[0] == "all") Console.WriteLine($"\n{name}\n{new string('-', name.Length)}");
    else if (args[0] != name) continue;
    await example();
}

return 0;
