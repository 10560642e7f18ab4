namespace Dataflow.Tests.Docs;

public class ReadmeTests
{
    [Theory]
    [InlineData("csharp", "Program.cs")]
    [InlineData("csv", "access.csv")]
    public void Its_first_program_is_that_of_the_example(string language, string file)
        => Assert.Equal(
            File.ReadAllText(Repository.PathOf($"examples/Hello/{file}")).Trim(),
            File.ReadAllText(Repository.PathOf("README.md")).Split($"```{language}\n")[1].Split("```")[0].Trim());
}
