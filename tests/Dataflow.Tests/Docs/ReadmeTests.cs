namespace Dataflow.Tests.Docs;

public class ReadmeTests
{
    [Theory]
    [InlineData("csharp", 1, "Hello/Program.cs")]
    [InlineData("csv", 1, "Hello/access.csv")]
    [InlineData("csharp", 2, "Views/Program.cs")]
    public void Its_programs_are_those_of_the_examples(string language, int number, string file)
        => Assert.Equal(
            File.ReadAllText(Repository.PathOf($"examples/{file}")).Trim(),
            File.ReadAllText(Repository.PathOf("README.md")).Split($"```{language}\n")[number].Split("```")[0].Trim());
}
