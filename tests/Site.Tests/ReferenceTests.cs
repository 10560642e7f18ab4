using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Dataflow.Site.Reference;

namespace Dataflow.Site.Tests;

/// <summary>The reference of the public types, against what reflection finds in the assemblies.</summary>
public sealed partial class ReferenceTests : IDisposable
{
    private const BindingFlags Offered = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly TemporaryFolder _folder = new();

    public ReferenceTests() => ReferencePages.Write(Packages.Load(AppContext.BaseDirectory), _folder.Path);

    [Fact]
    public void Each_extension_member_is_on_the_page_of_its_receiver_as_it_is_called()
    {
        var members = Types().SelectMany(ExtensionMembers).ToList();

        Assert.Contains(("Dataflow.Stream-1", "stream.Where("), members);
        Assert.Contains(("Dataflow.Operations.StepStatus", "step.Combined {"), members);
        Assert.Contains(("Dataflow.Sink", "Sink.Parquet<"), members);
        Assert.Equal([], members.Distinct().Where(member => !Declarations(member.Page).Contains(member.Call, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_public_type_has_a_page_but_for_those_that_only_hold_extension_members()
    {
        var without = Types().Where(type => !File.Exists(PathOf(PageOf(type)))).ToList();

        Assert.Contains(typeof(Verbs), without);
        Assert.Equal([], without.Where(type => !ExtensionMembers(type).Any()));
        Assert.False(File.Exists(PathOf(PageOf(typeof(Verbs)))));
    }

    [Fact]
    public void A_member_that_inherits_its_comment_shows_it()
    {
        var page = File.ReadAllText(PathOf("Dataflow.KeyedStream-2"));
        var where = page.Split("<h3 id=\"Where\">")[1].Split("<h3")[0];

        Assert.Contains("keys stay as they are", where, StringComparison.Ordinal); // its own
        Assert.Contains("<dt><code>predicate ", where, StringComparison.Ordinal);
        Assert.Contains("<h4>Errors</h4>", where, StringComparison.Ordinal);
        Assert.Contains("<h4>Example</h4>", where, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<Type> Types()
        => Directory.GetFiles(AppContext.BaseDirectory, "Dataflow*.dll").Select(Path.GetFileNameWithoutExtension)
            .SelectMany(name => Assembly.Load(name!).GetExportedTypes())
            .Where(type => !type.FullName!.Contains('<', StringComparison.Ordinal));

    /// <summary>The members of a class's extension blocks: the page of the receiver, and how the declaration there must begin. The compiler
    /// keeps a block as a nested type that has the members, and for each receiver another in it that has its name and type.</summary>
    private static IEnumerable<(string Page, string Call)> ExtensionMembers(Type holder)
        => from block in holder.GetNestedTypes()
           from member in block.GetMembers(Offered)
           where member is PropertyInfo or MethodInfo { IsSpecialName: false }
           let marker = member.GetCustomAttribute<ExtensionMarkerAttribute>()
           where marker is not null
           let receiver = block.GetNestedType(marker.Name)!.GetMethod("<Extension>$")!.GetParameters()[0]
           let subject = receiver.Name ?? receiver.ParameterType.Name
           select (PageOf(receiver.ParameterType), $"{subject}.{member.Name}{Follows(member)}");

    private static string Follows(MemberInfo member)
        => member is not MethodInfo method ? " {" : method.IsGenericMethod ? "<" : "(";

    private static string PageOf(Type type)
        => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('`', '-').Replace('+', '.');

    /// <summary>The declarations on a page, as text.</summary>
    private string Declarations(string page)
        => string.Join('\n', Declaration().Matches(File.ReadAllText(PathOf(page)))
            .Select(declaration => WebUtility.HtmlDecode(Tag().Replace(declaration.Value, ""))));

    private string PathOf(string page) => Path.Combine(_folder.Path, $"{page}.md");

    [GeneratedRegex("<pre class=\"declaration\">.*?</pre>", RegexOptions.Singleline)]
    private static partial Regex Declaration();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
