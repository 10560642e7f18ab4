namespace Dataflow.Log.Tests.Simulation;

/// <summary>Something that a program does with a log.</summary>
internal abstract record Step
{
    /// <summary>What the log may hold if a crash interrupts the step, from nothing done to all done.</summary>
    public abstract IReadOnlyList<LogModel> StatesFrom(LogModel before);

    /// <summary>Does it and returns what the log holds then.</summary>
    public abstract Task<LogModel> RunAsync(SimulatedLog log);
}

internal sealed record CreateTopicStep(string Name, int Partitions) : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before) => [before, before.WithTopic(Name, Partitions)];

    public override async Task<LogModel> RunAsync(SimulatedLog log)
    {
        await log.Store.CreateTopicAsync(Name, Partitions);
        return log.Possible[^1];
    }
}

/// <summary>Creates a topic that keeps only its last records.</summary>
internal sealed record CreateRetainedTopicStep(string Name, int Partitions, TopicSettings Settings) : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before)
        => [before, before.WithTopic(Name, Partitions, isRetained: true)];

    public override async Task<LogModel> RunAsync(SimulatedLog log)
    {
        await log.Store.CreateTopicAsync(Name, Partitions, Settings);
        return log.Possible[^1];
    }
}

/// <summary>Changes how many records a topic keeps, at once.</summary>
internal sealed record ConfigureTopicStep(string Name, TopicSettings Settings) : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before) => [before];

    public override async Task<LogModel> RunAsync(SimulatedLog log)
    {
        await log.Store.ConfigureTopicAsync(Name, Settings);
        Assert.Equal(Settings, log.Store.GetTopic(Name).Settings);
        return log.Possible[^1];
    }
}

internal sealed record TrimStep(string Topic, int Partition, long Offset) : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before)
        => [before, before.With(Topic, Partition, before[Topic, Partition].TrimTo(Offset))];

    public override async Task<LogModel> RunAsync(SimulatedLog log)
    {
        await log.Store.TrimAsync(Topic, Partition, Offset);
        return log.Possible[^1];
    }
}

internal sealed record DeleteTopicStep(string Name) : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before) => [before, before.WithoutTopic(Name)];

    public override async Task<LogModel> RunAsync(SimulatedLog log)
    {
        await log.Store.DeleteTopicAsync(Name);
        return log.Possible[^1];
    }
}

/// <summary>Ends the store as a program would, and opens the log again.</summary>
internal sealed record ReopenStep : Step
{
    public override IReadOnlyList<LogModel> StatesFrom(LogModel before) => [before];

    public override async Task<LogModel> RunAsync(SimulatedLog log)
    {
        await log.CloseAsync();
        log.Open();
        return log.Possible[^1];
    }
}
