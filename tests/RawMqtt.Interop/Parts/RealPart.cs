// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>The programs that the tests need beside .NET. A missing one skips its tests and says so; with CI=true it fails them.</summary>
internal static class RealPart
{
    public static string Mosquitto => Program("mosquitto", "mosquitto");

    public static string MosquittoPub => Program("mosquitto_pub", "mosquitto-clients");

    public static string MosquittoSub => Program("mosquitto_sub", "mosquitto-clients");

    public static string MosquittoPasswd => Program("mosquitto_passwd", "mosquitto");

    public static string Curl => Program("curl", "curl");

    public static string SystemdAnalyze => Program("systemd-analyze", "systemd");

    /// <summary>Lets calls of a program to the system fail.</summary>
    public static string Strace => Program("strace", "strace");

    public static string Unshare => Program("unshare", "util-linux");

    /// <summary>Gives a network of a test's own its addresses.</summary>
    public static string Ip => Program("ip", "iproute2");

    /// <summary>Python's own library alone: pseudo terminals.</summary>
    public static string Python3 => Program("python3", "python3");

    /// <summary>The linker of native code.</summary>
    public static string Clang => Program("clang", "clang");

    /// <summary>Runs programs for arm64; their C library and the tools that link them are there too.</summary>
    public static string QemuArm64
    {
        get
        {
            Program("ld.lld", "lld");
            Program("llvm-objcopy", "llvm");
            Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
            if (!File.Exists("/usr/aarch64-linux-gnu/lib/libc.a")) Miss("The C library for arm64 is missing: install the package libc6-dev-arm64-cross.");
            return Program("qemu-aarch64", "qemu-user");
        }
    }

    public static string Nginx => Program("nginx", "nginx-light");

    /// <summary>The folder of RabbitMQ's own programs, which run as any user and take their folders from the environment.</summary>
    public static string RabbitMq => "/usr/lib/rabbitmq/bin";

    public static string Chromium => Program("chromium", "chromium");

    /// <summary>Writes the store of authorities that Chromium reads.</summary>
    public static string CertUtil => Program("certutil", "libnss3-tools");

    public static string OpenSsl => Program("openssl", "openssl");

    /// <summary>The distribution's Python, with Paho in place.</summary>
    public static string Python
    {
        get
        {
            if (!Directory.Exists("/usr/lib/python3/dist-packages/paho")) Miss("Paho for Python is missing: install the package python3-paho-mqtt.");
            return "/usr/bin/python3";
        }
    }

    /// <summary>node, with the packages of package.json in place.</summary>
    public static string Node
    {
        get
        {
            string node = Program("node", "nodejs");
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "mqtt"))) Miss("MQTT.js is missing: run npm ci in tests/RawMqtt.Interop.");
            return node;
        }
    }

    /// <summary>The tool, with the toolkit's page beside it.</summary>
    public static string ToolWithPage
    {
        get
        {
            bool isThere = File.Exists(Path.Combine(Path.GetDirectoryName(Tool)!, "toolkit", "index.html"));
            if (!isThere) Miss("The toolkit's page is missing: run dotnet publish src/RawMqtt.Toolkit -c Release.");
            return Tool;
        }
    }

    /// <summary>tests/RawMqtt.Interop.</summary>
    public static string Folder { get; } = Path.Combine(Root(), "tests", "RawMqtt.Interop");

    /// <summary>The tool, in the configuration that the tests were built in.</summary>
    public static string Tool { get; } = Built("src", "RawMqtt.Cli");

    /// <summary>The program that kills subscribers, likewise.</summary>
    public static string Crash { get; } = Built("tests", "RawMqtt.Crash");

    /// <summary>The echo peers, likewise.</summary>
    public static string EchoPeers { get; } = Built("tests", "RawMqtt.EchoPeers");

    public static void RequireRabbitMq()
    {
        if (!File.Exists(Path.Combine(RabbitMq, "rabbitmq-server"))) Miss("RabbitMQ is missing: install the package rabbitmq-server.");
    }

    private static string Built(string folder, string project) =>
        Path.Combine(Root(), folder, project, "bin", new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name, "net10.0", $"{project}.dll");

    private static string Program(string name, string package)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin"];
        string? path = folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (path is null) Miss($"{name} is missing: install the package {package}.");
        return path!;
    }

    private static void Miss(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(what);
        Assert.Skip(what);
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RawMqtt.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the working copy: no RawMqtt.sln above them.");
    }
}
