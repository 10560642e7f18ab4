namespace Dataflow.Tests.Docs;

public class ReadmeTests
{
    [Fact]
    public void Its_program_is_that_of_the_example()
    {
        var readme = File.ReadAllText(InRepository("README.md"));
        var program = File.ReadAllText(InRepository("examples/Hello/Program.cs"));

        var block = readme.Split("```csharp\n")[1].Split("```")[0];

        Assert.Equal(program.Trim(), block.Trim());
    }

    private static string InRepository(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dataflow.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, path);
    }
}
