namespace Dataflow.Tests.Connectors;

public class MemorySourceTests : SourceContract<int>
{
    protected override IReadOnlyList<int> Expected { get; } = [4, 5, 6, 7];

    protected override Source<int> Create() => Source.Of([4, 5, 6, 7]);

    [Fact]
    public void Takes_lists_sequences_and_names()
    {
        Assert.Equal([1, 2], Read(Source.Of(new List<int> { 1, 2 })).Select(r => r.Value));
        Assert.Equal([1, 2], Read(Source.Of(Enumerable.Range(1, 2).Where(x => x > 0))).Select(r => r.Value));
        Assert.Equal("numbers", Source.Of([1, 2], "numbers").Name);
        Assert.Equal(["a", "b"], Read(Source.Of(["a", "b"])).Select(r => r.Value));
    }

    [Fact]
    public void Takes_values_one_by_one()
    {
        Assert.Equal([1, 2], Read(Source.Of(1, 2)).Select(r => r.Value));
        Assert.Equal(["a", "b", "c"], Read(Source.Of("a", "b", "c")).Select(r => r.Value));
        Assert.Equal([[1], [2]], Read(Source.Of(new List<int> { 1 }, new List<int> { 2 })).Select(r => r.Value));
    }

    [Fact]
    public void Knows_how_much_is_left()
    {
        using var reader = Open(Create(), 1);
        Assert.Equal(3, reader.Lag);
    }

    [Fact]
    public void Says_that_it_has_fewer_values_than_were_read() => Assert.Equal(
        "Source 'memory': it has 1 values, the job had already read 2. Give it the values that it had, or start the job anew "
        + "without its checkpoints (Pipeline.ForgetAsync).",
        Assert.Throws<ConnectorException>(() => Open(Source.Of([1]), 2)).Message);
}
