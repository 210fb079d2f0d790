// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class ToolWordsTests
{
    [Theory]
    [InlineData("Raise MaxPacketLength if", "Raise --max-packet if")]
    [InlineData("Give its authority in CertificateAuthorityFile.", "Give its authority in --cafile.")]
    [InlineData("With CleanSession = false it would", "With --session-file it would")]
    [InlineData("set Pin = \"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", or", "set --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, or")]
    [InlineData("is encrypted: set KeyPassword.", "is encrypted: set --key-password-file.")]
    [InlineData("ClientIdentifier stays", "ClientIdentifier stays")]
    public void Members_of_the_library_become_options_of_the_tool(string library, string tool) => Assert.Equal(tool, ToolWords.Of(library));

    [Fact]
    public void Each_name_of_an_option_is_one_of_the_tool()
    {
        string[] members =
        [
            "CleanSession = false", "MaxPacketLength", "CertificateAuthorityFile", "CertificateFile", "KeyFile", "AllowUntrusted", "ServerName",
            "RequestHeaders", "ConnectTimeout", "KeepAlive", "ClientId", "SessionFile", "AllowAnonymous", "AllowedOrigins", "HostNames",
            "ProxyHeader", "PasswordFile", "CertificateAuthorityFolder", "KeyPassword", "Pin", "ApplicationProtocols",
        ];
        string[] options = [.. Tool.Create().Subcommands.SelectMany(command => command.Options).Select(option => option.Name)];

        Assert.All(members, member => Assert.Contains(ToolWords.Of(member), options));
    }
}
