namespace Dataflow.Tests.Docs;

public class ReadmeTests
{
    [Fact]
    public void Its_program_is_that_of_the_example()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));
        var program = File.ReadAllText(Repository.PathOf("examples/Hello/Program.cs"));

        var block = readme.Split("```csharp\n")[1].Split("```")[0];

        Assert.Equal(program.Trim(), block.Trim());
    }
}
