Feature: Relays
  The relay is a real proxy with a list of destinations that it lets pass.

  @REL-01 @must @S2
  Rule: A plain HTTP/1.1 relay works, also one that is strict about the Host header

    Scenario Outline: The address of the relay is given as <form>
      Given a closed network with a strict relay
      When the product is installed with the address of the relay as <form>
      Then it enrols through the relay, or refuses the address with an error
      And every tunnel that it asks for names its target in the Host header

      Examples:
        | form      |
        | host:port |
        | URL       |

  @REL-02 @must @S2 @stimulus:any
  Rule: The product needs no destination that it does not declare

    Scenario: What the product asks the relay for
      Given the product works in a closed network
      When the product is watched for as long as its slowest interval
      And an attack happens
      Then it is reported in time
      And it has asked the relay for declared destinations only

  @REL-03 @should @if:relay-basic @stimulus:any
  Rule: Where the relay asks for a sign-in, the product signs in and keeps its secret to itself

    Scenario: With the right password
      Given the product works behind a relay that asks for a sign-in
      When an attack happens
      Then it is reported in time
      And the password shows nowhere that others can look
      And the relay has let it through for its account only

    Scenario: With a wrong password
      Given a closed network with a relay that asks for a sign-in
      When the product is installed with a wrong password
      Then the relay turns it away
      And the installer refuses the password, or the status says that there is no connection

  @REL-04 @may @S11 @stimulus:any
  Rule: Each other kind of relay works, or is declared not to be supported

    Scenario Outline: A relay of the kind <kind>
      Given a closed network with a relay of the kind <kind>
      When the product is installed with all that is known of the relay
      Then it works there, unless it does not declare that kind
      And its attacks are reported through the relay

      Examples:
        | kind   |
        | digest |
        | pac    |
        | socks5 |
        | tls    |

  @REL-05 @should @if:second-relay @stimulus:any
  Rule: With two relays the product goes to the second when the first is lost, and comes back

    Scenario Outline: The first of two relays is lost (<kind>) and comes back
      Given the product works behind the first of two relays
      When the relay is lost: <kind>
      Then attacks are reported through the second relay in time
      When the relay comes back
      Then attacks are reported through the first relay in time

      Examples:
        | kind    |
        | refused |
        | silent  |

  @REL-06 @must @if:commands
  Rule: A relay that cuts idle tunnels does not keep commands from the endpoint

    Scenario: Commands through a relay that cuts what is idle
      Given the product works in a closed network
      When the relay begins to cut tunnels that have been idle for a while
      And commands are given now and then
      Then each of them has its result in time
      And the product has not opened connection after connection

  @REL-07 @should @stimulus:any
  Rule: A limit on what passes in one connection does not hold up the backlog

    Scenario: A backlog that is larger than the relay lets pass at once
      Given the product works in a closed network
      And the endpoint is cut off from every network
      When many attacks happen
      And the relay begins to cut connections that carry much
      And the endpoint is moved back to the closed network
      Then all of them arrive in spite of the limit

  @REL-08 @should @S2 @stimulus:any
  Rule: Reports need no destination but the one that they are declared to go to

    Scenario: Declared destinations are taken away one at a time
      Given the product works in a closed network
      When each declared destination is taken away for a while, and an attack happens meanwhile
      And the relay lets all of them pass again
      And an attack happens
      Then it is reported after the relay is back
      And reports have needed no destination but their own

  @REL-09 @should @S11 @stimulus:any
  Rule: Block pages of a gateway with a URL filter are not taken for answers

    Scenario: The gateway blocks everything but where reports go
      Given the product works behind a gateway with a URL filter
      When the gateway blocks everything but where reports go
      And the product is watched for as long as its slowest interval
      And an attack happens
      Then it is reported in time, whatever else is blocked

    Scenario: The gateway blocks the product itself for a while
      Given the product works behind a gateway with a URL filter
      When the gateway blocks everything
      And several attacks happen
      Then the product is shown block pages
      When the relay lets all of them pass again
      Then all of them arrive, as none was taken for delivered

  @REL-10 @must @S11 @if:relay-certificate @stimulus:any
  Rule: A renewed certificate of the relay, or of its inspection, needs no new installation

    @if:relay-tls
    Scenario: The relay's own certificate is renewed
      Given the product works behind a relay of the kind tls
      When the certificate of the relay is renewed, and the endpoint is told as far as it must be
      And an attack happens
      Then it is reported through the relay after the renewal

    @if:relay-inspected
    Scenario: The authority of an inspecting relay is renewed
      Given the product works behind a relay of the kind inspected
      When the certificate of the relay is renewed, and the endpoint is told as far as it must be
      And an attack happens
      Then it is reported through the relay after the renewal

  @REL-11 @should @if:relay-basic @stimulus:any
  Rule: An account that has expired is told, is not shown again and again, and is renewed without a new installation

    Scenario: The account at the relay expires and gets a new password
      Given the product works behind a relay that asks for a sign-in
      And its status has been asked while it works
      When the account expires
      And the product is watched for as long as its slowest interval
      Then it is visible on the endpoint that the product is cut off
      And it has not shown the expired account again and again
      When the account gets a new password, and the product is told
      And an attack happens
      Then it is reported through the relay after the renewal

  @REL-12 @must @S6 @stimulus:any
  Rule: A relay that has died can be replaced by one with another address

    Scenario: The old relay is dead, and the new one has another address
      Given the product works behind a relay that is going to be replaced
      When the relay is lost: silent
      And the cheapest way that brings the product to the new relay is looked for
      Then it has come to the new relay as declared
