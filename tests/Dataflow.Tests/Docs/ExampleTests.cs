using System.Reflection;
using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

public class ExampleTests
{
    [Fact]
    public void Every_verb_and_every_aggregate_is_in_an_example()
    {
        var programs = string.Concat(
            Directory.EnumerateFiles(Repository.PathOf("examples"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var names = typeof(Verbs).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Concat(typeof(Aggregates<>).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(method => method.Name).Distinct().ToList();

        Assert.Contains("JoinAsOf", names);
        Assert.Contains("CountDistinct", names);
        Assert.Equal([], names.Where(name => !Regex.IsMatch(programs, $@"\.{name}\b")));
    }
}
