namespace Dataflow.Packages.Tests;

/// <summary>A program of somebody who has the packages and not the repository.</summary>
internal sealed class OutsideProject
{
    private readonly string _name;

    /// <param name="feed">Restores from it, and keeps all that it restores beside it.</param>
    /// <param name="name">The name of the project and its folder.</param>
    /// <param name="packages">The packages with their versions.</param>
    public OutsideProject(LocalFeed feed, string name, params (string Id, string Version)[] packages)
    {
        _name = name;
        Folder = Directory.CreateDirectory(feed.Folder[name]).FullName;
        Write($"{name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(packages.Select(package => $"<PackageReference Include=\"{package.Id}\" Version=\"{package.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
    }

    public string Folder { get; }

    /// <summary>The built program.</summary>
    public string Program => Path.Combine(Folder, $"bin/Release/net10.0/{_name}.dll");

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    public Task<string> BuildAsync(params string[] options) => Dotnet.RunAsync(Folder, ["build", "-c", "Release", .. options]);

    public Task<(int Code, string Output)> RunAsync(params string[] arguments) => Dotnet.TryAsync(Folder, [Program, .. arguments]);
}
